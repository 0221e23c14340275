// SPDX-License-Identifier: Apache-2.0
// Mailboxes and accounts: create, remove, rename, list, purge; UIDVALIDITY never lies (R8.1, RFC
// 9051 s2.3.1.1).
#include "fixture.hpp"

namespace waypost::lmdb {
namespace {

class store_folders : public store_test {
public:
    std::vector<std::string> paths(const std::string& pattern, const std::string& account) {
        std::vector<std::string> out;
        facet.list(&face, to_abi(account), to_abi(pattern),
                   {[](void* ctx, const wp_mailbox_info* rows, uint64_t count) {
                        for (uint64_t i = 0; i < count; ++i)
                            static_cast<std::vector<std::string>*>(ctx)->emplace_back(
                                waypost::view(rows[i].path));
                        return 0;
                    },
                    &out},
                   nullptr);
        std::sort(out.begin(), out.end());
        return out;
    }
    std::uint32_t validity(const std::string& path) {
        wp_mailbox* box = open(ann, path);
        const wp_snapshot* now = look(box);
        const std::uint32_t out = now->uid_validity;
        facet.release(&face, now);
        facet.close(&face, box);
        return out;
    }
    wp_status rename(const std::string& from, const std::string& to) {
        waiting call;
        return finish(
            facet.rename(&face, principal(ann), to_abi(from), to_abi(to), &call.why, call.done()),
            call);
    }
    wp_status purge(const std::string& account) {
        waiting call;
        return finish(facet.purge(&face, to_abi(account), &call.why, call.done()), call);
    }
};
using names = std::vector<std::string>;

TEST_F(store_folders, a_mailbox_made_again_has_a_larger_uid_validity) {
    EXPECT_EQ(folder_call(facet.create, ann, "a"), WP_OK);
    EXPECT_EQ(folder_call(facet.create, ann, "a"), WP_EXISTS);
    std::uint32_t last = validity("a");
    for (int round = 0; round < 4; ++round) {
        EXPECT_EQ(folder_call(facet.remove, ann, "a"), WP_OK);
        EXPECT_EQ(open(ann, "a"), nullptr);
        if (round % 2 == 1)
            settle();
        restart();
        EXPECT_EQ(folder_call(facet.create, ann, "a"), WP_OK);
        const std::uint32_t now = validity("a");
        EXPECT_GT(now, last);
        last = now;
    }
}

TEST_F(store_folders, a_removed_mailbox_gives_its_references_back_when_nobody_has_it_open) {
    EXPECT_EQ(folder_call(facet.create, ann, "a"), WP_OK);
    const std::uint64_t id = mail(ann);
    wp_mailbox* inbox_box = open(ann);
    change(inbox_box, WP_CHANGE_MOVE, {1}, 0, "a");
    wp_mailbox* box = open(ann, "a");
    const wp_snapshot* now = look(box);
    EXPECT_EQ(folder_call(facet.remove, ann, "a"), WP_OK);
    EXPECT_EQ(folder_call(facet.remove, ann, "INBOX"), WP_DENIED);
    settle();
    EXPECT_EQ(text(now, 0), "P: 1\r\nbody");
    EXPECT_EQ(change(box, WP_CHANGE_EXPUNGE, {1}).status, WP_NOT_FOUND);
    facet.release(&face, now);
    facet.close(&face, box);
    restart();
    settle();
    EXPECT_EQ(journal->references(id), 0);
    EXPECT_FALSE(journal->went_below_zero());
    restart();
    EXPECT_EQ(paths("*", ann), names{"INBOX"});
}

TEST_F(store_folders, renaming_moves_what_is_below_and_keeps_ids) {
    for (const char* path : {"a", "a/b", "a/b/c", "ab"})
        EXPECT_EQ(folder_call(facet.create, ann, path), WP_OK);
    const std::uint32_t before = validity("a/b");
    EXPECT_EQ(rename("a", "ab"), WP_EXISTS);
    EXPECT_EQ(rename("a", "a/x"), WP_INVALID);
    EXPECT_EQ(rename("a", "x/y"), WP_OK);
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(paths("*", ann), (names{"ab", "x/y", "x/y/b", "x/y/b/c"}));
        EXPECT_EQ(paths("%", ann), names{"ab"});
        EXPECT_EQ(validity("x/y/b"), before);
        face.mail->checkpoint();
        restart();
    }
}

TEST_F(store_folders, renaming_the_inbox_leaves_an_empty_one) {
    mail(ann);
    EXPECT_EQ(rename("INBOX", "old"), WP_OK);
    restart();
    EXPECT_EQ(uids(open(ann, "old")).size(), 1U);
    EXPECT_TRUE(uids(open(ann)).empty());
    EXPECT_NE(validity("old"), validity("INBOX"));
    mail(ann);
    EXPECT_EQ(uids(open(ann)).size(), 1U);
}

TEST_F(store_folders, a_purged_account_is_gone_and_its_name_starts_anew) {
    const std::uint64_t id = mail(ann);
    const std::uint32_t before = validity("INBOX");
    face.mail->checkpoint();
    EXPECT_EQ(purge("nobody@example.com"), WP_NOT_FOUND);
    EXPECT_EQ(purge(ann), WP_OK);
    EXPECT_TRUE(paths("*", ann).empty());
    mail(ann);
    EXPECT_EQ(uids(open(ann)).size(), 1U);
    for (int round = 0; round < 2; ++round) {
        settle();
        restart();
        EXPECT_EQ(journal->references(id), 0);
        EXPECT_EQ(uids(open(ann)).size(), 1U);
        EXPECT_GT(validity("INBOX"), before);
        EXPECT_EQ(paths("*", ""), names{ann + "/INBOX"});
    }
}

TEST_F(store_folders, a_folder_removed_and_mailed_to_in_one_group_loses_nothing) {
    EXPECT_EQ(folder_call(facet.create, ann, "a"), WP_OK);
    const std::string path = "a";
    waiting call;
    facet.remove(&face, principal(ann), to_abi(path), &call.why, call.done());
    wp_delivery one = delivery(ann, journal->add_message("body"));
    one.mailbox = to_abi(path);
    wp_error outcome = empty_error();
    waiting staged;
    struct work {
        store_folders* test;
        wp_delivery* what;
        wp_error* outcome;
    } ctx{this, &one, &outcome};
    const auto* log = static_cast<const wp_host_journal*>(
        journal->host()->service(journal->host(), WP_HOST_JOURNAL));
    log->submit(
        journal->host(),
        [](void* of, wp_group* group, wp_error*) {
            auto* with = static_cast<work*>(of);
            return with->test->facet.stage(&with->test->face, group, with->what, 1, with->outcome);
        },
        &ctx, staged.done());
    journal->run(); // both in one group
    EXPECT_EQ(call.status, WP_OK);
    EXPECT_EQ(uids(open(ann)).size(), 1U);
}

} // namespace
} // namespace waypost::lmdb
