// SPDX-License-Identifier: Apache-2.0
// Changes by clients: flags, expunge, copy, move, append, `since`, snapshots, the exclusive lock,
// watching.
#include "fixture.hpp"

namespace waypost::lmdb {
namespace {

using store_change = store_test;
using uid_list = std::vector<std::uint32_t>;

TEST_F(store_change, flags_are_added_removed_and_set_and_only_what_changed_is_told) {
    mail(ann), mail(ann);
    wp_mailbox* box = open(ann);
    EXPECT_EQ(change(box, WP_CHANGE_FLAGS_ADD, {1, 2, 9}, WP_FLAG_SEEN).uids, (uid_list{1, 2}));
    EXPECT_EQ(change(box, WP_CHANGE_FLAGS_ADD, {1}, WP_FLAG_SEEN).uids, uid_list{});
    EXPECT_EQ(change(box, WP_CHANGE_FLAGS_SET, {1}, WP_FLAG_DELETED).uids, uid_list{1});
    EXPECT_EQ(change(box, WP_CHANGE_FLAGS_REMOVE, {2}, WP_FLAG_SEEN).uids, uid_list{2});
    for (int round = 0; round < 2; ++round) {
        const wp_snapshot* now = look(box);
        EXPECT_EQ(now->flags[0], WP_FLAG_DELETED);
        EXPECT_EQ(now->flags[1], 0U);
        EXPECT_LT(now->modseqs[0], now->modseqs[1]);
        facet.release(&face, now);
        facet.close(&face, box);
        if (round == 0)
            face.mail->checkpoint();
        restart();
        box = open(ann);
    }
}

TEST_F(store_change, unchanged_since_leaves_what_changed_alone) {
    mail(ann), mail(ann);
    wp_mailbox* box = open(ann);
    const std::uint64_t before = modseq(box);
    change(box, WP_CHANGE_FLAGS_ADD, {1}, WP_FLAG_SEEN);
    const auto out = change(box, WP_CHANGE_FLAGS_ADD, {1, 2}, WP_FLAG_FLAGGED, {}, before);
    EXPECT_EQ(out.uids, uid_list{2});
    EXPECT_EQ(out.modified, uid_list{1});
}

TEST_F(store_change, two_expunges_in_one_group_give_one_reference_back) {
    const std::uint64_t id = mail(ann);
    wp_mailbox* box = open(ann);
    const std::uint32_t uid = 1;
    wp_change what{};
    what.struct_size = sizeof what;
    what.kind = WP_CHANGE_EXPUNGE;
    what.uids = &uid;
    what.uid_count = 1;
    wp_change_result results[2] = {};
    waiting calls[2];
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(facet.change(&face, box, &what, 1, &results[i], &calls[i].why, calls[i].done()),
                  WP_PENDING);
    journal->run();
    EXPECT_EQ(calls[1].status, WP_OK);
    settle();
    EXPECT_EQ(journal->references(id), 0);
    EXPECT_FALSE(journal->went_below_zero());
    EXPECT_TRUE(uids(box).empty());
}

TEST_F(store_change, an_expunged_message_stays_readable_while_a_snapshot_holds_it) {
    const std::uint64_t id = mail(ann);
    wp_mailbox* box = open(ann);
    const wp_snapshot* old = look(box);
    EXPECT_EQ(change(box, WP_CHANGE_EXPUNGE, {1}).uids, uid_list{1});
    settle();
    EXPECT_TRUE(uids(box).empty());
    EXPECT_EQ(text(old, 0), "P: 1\r\nbody");
    EXPECT_EQ(journal->references(id), 1);
    wp_content* held = nullptr;
    ASSERT_EQ(facet.content(&face, old, 0, &held, nullptr, {}), WP_OK);
    facet.release(&face, old);
    settle();
    EXPECT_EQ(journal->references(id), 0);
    EXPECT_EQ(text(held), "P: 1\r\nbody");
    held->unref(held);
}

TEST_F(store_change, what_a_crash_left_pending_of_an_expunge_is_given_back_at_the_next_start) {
    const std::uint64_t id = mail(ann);
    wp_mailbox* box = open(ann);
    const wp_snapshot* held = look(box);
    change(box, WP_CHANGE_EXPUNGE, {1});
    face.mail->checkpoint();
    facet.release(&face, held); // nobody sweeps before the crash
    restart();
    settle();
    EXPECT_EQ(journal->references(id), 0);
    EXPECT_FALSE(journal->went_below_zero());
}

TEST_F(store_change, a_snapshot_never_changes_and_is_shared_while_nothing_changes) {
    mail(ann);
    wp_mailbox* box = open(ann);
    const wp_snapshot* first = look(box);
    EXPECT_EQ(look(box), first);
    mail(ann);
    change(box, WP_CHANGE_FLAGS_ADD, {1}, WP_FLAG_SEEN);
    settle();
    EXPECT_EQ(first->count, 1U);
    EXPECT_EQ(first->flags[0], 0U);
    const wp_snapshot* second = look(box);
    EXPECT_NE(second, first);
    EXPECT_EQ(second->count, 2U);
    for (const wp_snapshot* each : {first, first, second})
        facet.release(&face, each);
}

TEST_F(store_change, since_tells_changed_and_vanished_and_forgets_in_the_end) {
    options.expunge_notes = 2;
    restart();
    for (int i = 0; i < 12; ++i)
        mail(ann);
    wp_mailbox* box = open(ann);
    const std::uint64_t start = modseq(box);
    change(box, WP_CHANGE_FLAGS_ADD, {5}, WP_FLAG_SEEN);
    change(box, WP_CHANGE_EXPUNGE, {1, 2});
    const auto ask = [&](std::uint64_t modseq, uid_list& changed, uid_list& vanished) {
        changed.resize(32), vanished.resize(32);
        std::uint64_t a = 32, b = 32;
        const wp_status out =
            facet.since(&face, box, modseq, changed.data(), &a, vanished.data(), &b);
        changed.resize(a), vanished.resize(b);
        return out;
    };
    uid_list changed, vanished;
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(ask(start, changed, vanished), WP_OK);
        EXPECT_EQ(changed, uid_list{5});
        EXPECT_EQ(vanished, (uid_list{1, 2}));
        face.mail->checkpoint();
    }
    for (std::uint32_t uid = 6; uid < 12; ++uid)
        change(box, WP_CHANGE_EXPUNGE, {uid});
    face.mail->checkpoint();
    EXPECT_EQ(ask(start, changed, vanished), WP_UNSUPPORTED);
    EXPECT_EQ(ask(0, changed, vanished), WP_OK);
    EXPECT_EQ(changed.size(), 4U);
}

TEST_F(store_change, copies_share_the_bytes_and_a_move_leaves_nothing_behind) {
    const std::uint64_t id = mail(ann);
    mail(ann);
    EXPECT_EQ(folder_call(facet.create, ann, "Archive"), WP_OK);
    wp_mailbox* box = open(ann);
    EXPECT_EQ(change(box, WP_CHANGE_COPY, {1}, 0, "nowhere").status, WP_NOT_FOUND);
    EXPECT_EQ(change(box, WP_CHANGE_COPY, {1}, 0, "Archive").targets, uid_list{1});
    EXPECT_EQ(journal->references(id), 2);
    const auto moved = change(box, WP_CHANGE_MOVE, {1, 2}, 0, "Archive");
    EXPECT_EQ(moved.uids, (uid_list{1, 2}));
    EXPECT_EQ(moved.targets, (uid_list{2, 3}));
    settle();
    EXPECT_EQ(journal->references(id), 2);
    EXPECT_TRUE(uids(box).empty());
    wp_mailbox* archive = open(ann, "Archive");
    const wp_snapshot* now = look(archive);
    EXPECT_EQ(now->count, 3U);
    EXPECT_EQ(text(now, 1), "P: 1\r\nbody");
    facet.release(&face, now);
}

TEST_F(store_change, append_stores_a_new_message) {
    wp_mailbox* box = open(ann); // made by opening
    ASSERT_NE(box, nullptr);
    const std::uint64_t other = journal->add_message("From: x\r\n\r\nhi");
    EXPECT_EQ(deliver(delivery("bob@example.com", other)).status, WP_OK);
    const auto* messages = static_cast<const wp_host_messages*>(
        journal->host()->service(journal->host(), WP_HOST_MESSAGES));
    wp_change what{};
    what.struct_size = sizeof what;
    what.kind = WP_CHANGE_APPEND;
    what.flags = WP_FLAG_DRAFT;
    what.internal_date_ns = 12;
    ASSERT_EQ(messages->open(journal->host(), other, &what.content, nullptr), WP_OK);
    EXPECT_EQ(change(box, what).targets, uid_list{1});
    what.content->unref(what.content);
    const wp_snapshot* now = look(box);
    EXPECT_EQ(text(now, 0), "From: x\r\n\r\nhi");
    EXPECT_EQ(now->internal_dates_ns[0], 12);
    facet.release(&face, now);
}

TEST_F(store_change, a_second_exclusive_opener_is_told_busy_while_delivery_goes_on) {
    mail(ann);
    wp_mailbox* first = open(ann, "INBOX", WP_OPEN_EXCLUSIVE);
    EXPECT_EQ(open(ann, "INBOX", WP_OPEN_EXCLUSIVE), nullptr);
    EXPECT_EQ(status, WP_BUSY);
    wp_mailbox* reader = open(ann, "inbox", WP_OPEN_READ_ONLY);
    ASSERT_NE(reader, nullptr);
    EXPECT_EQ(change(reader, WP_CHANGE_EXPUNGE, {1}).status, WP_DENIED);
    mail(ann);
    EXPECT_EQ(uids(reader).size(), 2U);
    facet.close(&face, first);
    EXPECT_NE(open(ann, "INBOX", WP_OPEN_EXCLUSIVE), nullptr);
}

/// What the list of mailboxes says.
std::uint64_t number_of(store_test& in, const std::string& path) {
    std::uint64_t id = 0;
    in.facet.list(&in.face, to_abi(in.ann), to_abi(path),
                  {[](void* ctx, const wp_mailbox_info* rows, uint64_t) {
                       *static_cast<std::uint64_t*>(ctx) = rows->id;
                       return 0;
                   },
                   &id},
                  nullptr);
    return id;
}

TEST_F(store_change, who_watches_hears_once_a_group_and_nothing_after_the_end) {
    mail(ann);
    wp_mailbox* box = open(ann);
    struct {
        int calls = 0;
        std::uint64_t mailbox = 0;
        std::uint64_t modseq = 0;
    } heard;
    const auto hear = [](void* ctx, std::uint64_t mailbox, std::uint64_t modseq) {
        auto* to = static_cast<decltype(heard)*>(ctx);
        ++to->calls;
        to->mailbox = mailbox;
        to->modseq = modseq;
    };
    facet.watch(&face, box, {hear, &heard});
    const std::uint64_t id = journal->add_message("body");
    const wp_delivery all[] = {delivery(ann, id), delivery(ann, id)};
    wp_error results[2] = {empty_error(), empty_error()};
    journal->commit([&](wp_group* group) { return facet.stage(&face, group, all, 2, results); });
    EXPECT_EQ(heard.calls, 1);
    EXPECT_EQ(heard.mailbox, number_of(*this, "INBOX"));
    EXPECT_EQ(heard.modseq, modseq(box));
    facet.watch(&face, box, {});
    mail(ann);
    EXPECT_EQ(heard.calls, 1);
}

} // namespace
} // namespace waypost::lmdb
