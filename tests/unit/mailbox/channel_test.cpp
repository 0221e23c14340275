// SPDX-License-Identifier: Apache-2.0
// The mailbox channel: what it hands to the store, and what it reports to the queue (R2.5, R3.9).
#include "channel.hpp"
#include "prefix.hpp"

#include <waypost/errors.hpp>

#include <gtest/gtest.h>

#include <map>

namespace waypost::mailbox {
namespace {

/// A host whose store answers what the test says, and which notes what it is told.
struct fake_host {
    fake_host() { host = {sizeof host, WP_ABI_MAJOR, WP_ABI_MINOR, this, &service}; }

    static fake_host& of(const wp_host* at) { return *static_cast<fake_host*>(at->impl); }
    static const void* service(const wp_host*, const char* id) {
        static const wp_host_store stores{sizeof stores, 0, nullptr, &stage, &deliver};
        static const wp_host_jobs jobs{sizeof jobs, 0, &content, &report, nullptr};
        return std::string_view(id) == WP_HOST_STORE ? static_cast<const void*>(&stores) : &jobs;
    }
    void note(const wp_delivery* deliveries, std::uint64_t count, wp_error* results) {
        for (std::uint64_t i = 0; i < count; ++i) {
            seen.push_back(deliveries[i]);
            prefixes.emplace_back(view(deliveries[i].prefix));
            results[i].status = answers[std::string(view(deliveries[i].account))];
        }
    }
    static wp_status stage(const wp_host* at, wp_group*, const wp_delivery* deliveries,
                           uint64_t count, wp_error* results) {
        of(at).note(deliveries, count, results);
        return WP_OK;
    }
    static wp_status deliver(const wp_host* at, const wp_delivery* deliveries, uint64_t count,
                             wp_content*, wp_error* results, wp_error*, wp_done done) {
        of(at).note(deliveries, count, results);
        of(at).later = done;
        return of(at).whole;
    }
    static wp_status content(const wp_host* at, const wp_job*, wp_content** out, wp_error*) {
        ++of(at).held;
        static fake_host* self;
        self = &of(at);
        static wp_content made{sizeof made, 0, 4, nullptr, [](wp_content*) { --self->held; },
                               nullptr};
        *out = &made;
        return WP_OK;
    }
    static void report(const wp_host* at, const wp_job*, const wp_job_report* what) {
        of(at).reports[what->recipient] = what->status;
    }

    wp_host host;
    std::map<std::string, wp_status> answers;
    std::vector<wp_delivery> seen;
    std::vector<std::string> prefixes;
    std::map<std::uint64_t, wp_status> reports;
    wp_done later{};
    wp_status whole = WP_OK;
    int held = 0;
};

class mailbox_channel_test : public testing::Test {
protected:
    mailbox_channel_test() {
        for (const char* account : {"ann@example.com", "", "bob@example.com"}) {
            wp_job_recipient who{};
            who.struct_size = sizeof who;
            who.account = to_abi(account);
            who.key = 100 + recipients.size();
            who.quota_bytes = who.quota_messages = -1;
            recipients.push_back(who);
        }
        job.struct_size = sizeof job;
        job.id = 7;
        job.message = 8;
        job.size = 4;
        job.received_ns = 9;
        job.sender = to_abi("carl@example.net");
        job.recipients = recipients.data();
        job.recipient_count = recipients.size();
    }
    static void ended(void* ctx, wp_status, const wp_error*) { ++*static_cast<int*>(ctx); }

    fake_host host;
    mailbox_channel channel{&host.host};
    std::vector<wp_job_recipient> recipients;
    wp_job job{};
    int done = 0;
};

TEST_F(mailbox_channel_test, staging_hands_each_account_to_the_store_with_a_key_of_its_own) {
    host.answers["bob@example.com"] = WP_OVERQUOTA;
    wp_error results[3] = {empty_error(), empty_error(), empty_error()};
    EXPECT_EQ(channel.stage(nullptr, job, results), WP_OK);
    ASSERT_EQ(host.seen.size(), 2U);
    EXPECT_EQ(host.seen[1].key[0], 7U);
    EXPECT_EQ(host.seen[1].key[1], 102U);
    EXPECT_EQ(host.seen[0].internal_date_ns, 9);
    EXPECT_EQ(host.prefixes[1], "Return-Path: <carl@example.net>\r\n");
    EXPECT_EQ(results[0].status, WP_OK);
    EXPECT_EQ(results[1].status, WP_PERMFAIL);
    EXPECT_EQ(results[2].status, WP_OVERQUOTA);
}

TEST_F(mailbox_channel_test, a_full_mailbox_is_tried_again_and_every_recipient_is_reported_once) {
    host.answers["bob@example.com"] = WP_OVERQUOTA;
    EXPECT_EQ(channel.deliver(job, nullptr, {&ended, &done}), WP_OK);
    EXPECT_EQ(host.reports,
              (std::map<std::uint64_t, wp_status>{{0, WP_OK}, {1, WP_PERMFAIL}, {2, WP_TEMPFAIL}}));
    EXPECT_EQ(host.held, 0);
    EXPECT_EQ(done, 0);
}

TEST_F(mailbox_channel_test, a_store_that_answers_later_is_waited_for) {
    host.whole = WP_PENDING;
    EXPECT_EQ(channel.deliver(job, nullptr, {&ended, &done}), WP_PENDING);
    EXPECT_TRUE(host.reports.empty());
    host.later.fn(host.later.ctx, WP_TEMPFAIL, nullptr);
    EXPECT_EQ(done, 1);
    EXPECT_EQ(host.reports[0], WP_TEMPFAIL);
    EXPECT_EQ(host.held, 0);
}

TEST_F(mailbox_channel_test, delivered_to_names_each_account) {
    channel.set_delivered_to(true);
    wp_error results[3] = {empty_error(), empty_error(), empty_error()};
    channel.stage(nullptr, job, results);
    EXPECT_EQ(host.prefixes[0],
              "Return-Path: <carl@example.net>\r\nDelivered-To: ann@example.com\r\n");
    EXPECT_EQ(host.prefixes[1],
              "Return-Path: <carl@example.net>\r\nDelivered-To: bob@example.com\r\n");
}

TEST(mailbox_prefix, an_address_cannot_add_a_line) {
    std::string out;
    append_prefix(out, "a\r\nX: y@b", {});
    EXPECT_EQ(out, "Return-Path: <a??X: y@b>\r\n");
}

} // namespace
} // namespace waypost::mailbox
