// SPDX-License-Identifier: Apache-2.0
// Deliveries: UIDs, keys, quotas, groups that fail, contents with a prefix (R3.9, R8.2, R8.3,
// R8.4).
#include "fixture.hpp"

namespace waypost::lmdb {
namespace {

using store_delivery = store_test;

/// As a newer SDK makes them: more behind the members that are known here.
struct grown_delivery {
    wp_delivery known;
    std::uint64_t news[3];
};

TEST_F(store_delivery, deliveries_of_a_newer_sdk_are_read_at_their_own_size) {
    grown_delivery all[2];
    for (auto& each : all) {
        each = {delivery(ann, journal->add_message("body")), {1, 2, 3}};
        each.known.struct_size = sizeof each;
    }
    wp_error results[2] = {empty_error(), empty_error()};
    journal->commit([&](wp_group* group) {
        facet.stage(&face, group, &all[0].known, 2, results);
        return WP_OK;
    });
    EXPECT_EQ(results[1].status, WP_OK);
    EXPECT_EQ(uids(open(ann)), (std::vector<std::uint32_t>{1, 2}));
    for (const auto& each : all)
        EXPECT_EQ(journal->references(each.known.message), 1);
}

TEST_F(store_delivery, mail_appears_with_its_prefix_and_a_uid) {
    const std::uint64_t id = mail(ann);
    wp_mailbox* box = open(ann);
    const wp_snapshot* now = look(box);
    ASSERT_EQ(now->count, 1U);
    EXPECT_EQ(now->uids[0], 1U);
    EXPECT_EQ(now->uid_next, 2U);
    EXPECT_EQ(now->messages[0], id);
    EXPECT_EQ(now->sizes[0], 10U);
    EXPECT_EQ(now->internal_dates_ns[0], 77);
    EXPECT_EQ(text(now, 0), "P: 1\r\nbody");
    EXPECT_EQ(journal->references(id), 1);
    settle();
    EXPECT_EQ(text(now, 0), "P: 1\r\nbody");
    facet.release(&face, now);
    facet.close(&face, box);
}

TEST_F(store_delivery, one_message_for_many_makes_one_reference_record_and_many_references) {
    const std::uint64_t id = journal->add_message("body");
    const std::string bob = "bob@example.com";
    const wp_delivery all[] = {delivery(ann, id), delivery(bob, id), delivery(ann, id)};
    wp_error results[3] = {empty_error(), empty_error(), empty_error()};
    journal->commit([&](wp_group* group) { return facet.stage(&face, group, all, 3, results); });
    EXPECT_EQ(journal->references(id), 3);
    EXPECT_EQ(uids(open(ann)), (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(uids(open(bob)), (std::vector<std::uint32_t>{1}));
}

TEST_F(store_delivery, the_same_key_is_delivered_once_also_after_a_restart) {
    const std::uint64_t id = mail(ann, 5);
    EXPECT_EQ(deliver(delivery(ann, id, 5)).status, WP_OK);
    EXPECT_EQ(uids(open(ann)).size(), 1U);
    restart(); // from the log
    EXPECT_EQ(deliver(delivery(ann, id, 5)).status, WP_OK);
    face.mail->checkpoint();
    restart(); // from LMDB
    EXPECT_EQ(deliver(delivery(ann, id, 5)).status, WP_OK);
    EXPECT_EQ(uids(open(ann)).size(), 1U);
    EXPECT_EQ(journal->references(id), 1);
}

TEST_F(store_delivery, a_quota_counts_what_the_group_already_staged) {
    const std::uint64_t id = journal->add_message("body");
    wp_delivery one = delivery(ann, id);
    one.quota_bytes = 20;
    const wp_delivery all[] = {one, one, one};
    wp_error results[3] = {empty_error(), empty_error(), empty_error()};
    journal->commit([&](wp_group* group) { return facet.stage(&face, group, all, 3, results); });
    EXPECT_EQ(results[1].status, WP_OK);
    EXPECT_EQ(results[2].status, WP_OVERQUOTA);
    EXPECT_EQ(results[2].smtp, 452);
    EXPECT_EQ(results[2].enhanced[0], 4);
    EXPECT_EQ(results[2].enhanced[1], 2);
    EXPECT_EQ(results[2].enhanced[2], 2);
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;
    facet.usage(&face, to_abi(ann), &bytes, &messages);
    EXPECT_EQ(bytes, 20U);
    EXPECT_EQ(messages, 2U);
    one.quota_bytes = -1;
    one.quota_messages = 2;
    EXPECT_EQ(deliver(one).status, WP_OVERQUOTA);
}

TEST_F(store_delivery, a_failed_group_leaves_nothing_and_its_uids_are_not_given_again) {
    mail(ann);
    journal->fail_next();
    const std::uint64_t lost = journal->add_message("lost");
    deliver(delivery(ann, lost, 9));
    EXPECT_EQ(journal->references(lost), 0);
    EXPECT_EQ(deliver(delivery(ann, lost, 9)).status, WP_OK); // tried again: not a duplicate
    const auto seen = uids(open(ann));
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_GE(seen[1], 2U);
    const std::string bob = "bob@example.com";
    journal->fail_next();
    deliver(delivery(bob, lost));
    EXPECT_EQ(deliver(delivery(bob, lost)).status,
              WP_OK); // the account is made with the second group
    EXPECT_EQ(uids(open(bob)).size(), 1U);
}

TEST_F(store_delivery, mail_for_a_folder_that_is_not_there_goes_to_the_inbox) {
    const std::string path = "nowhere";
    wp_delivery one = delivery(ann, journal->add_message("body"));
    one.mailbox = to_abi(path);
    EXPECT_EQ(deliver(one).status, WP_OK);
    EXPECT_EQ(uids(open(ann)).size(), 1U);
}

TEST_F(store_delivery, a_tail_over_its_limit_makes_the_sender_wait) {
    options.tail_bytes = 300;
    restart();
    const std::uint64_t id = journal->add_message("body");
    wp_status last = WP_OK;
    for (int i = 0; i < 10 && last == WP_OK; ++i)
        last = deliver(delivery(ann, id)).status;
    EXPECT_EQ(last, WP_TEMPFAIL);
    face.mail->checkpoint();
    EXPECT_EQ(deliver(delivery(ann, id)).status, WP_OK);
}

TEST_F(store_delivery, accounts_beyond_the_cache_are_read_again) {
    options.cached_accounts = 16;
    restart();
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 100; ++i)
            mail("u" + std::to_string(i) + "@example.com");
        face.mail->checkpoint();
        face.mail->checkpoint();
    }
    for (int i = 0; i < 100; ++i) {
        const std::string name = "u" + std::to_string(i) + "@example.com";
        EXPECT_EQ(uids(open(name)), (std::vector<std::uint32_t>{1, 2, 3})) << name;
    }
}

} // namespace
} // namespace waypost::lmdb
