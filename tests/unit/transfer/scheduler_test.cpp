// SPDX-License-Identifier: Apache-2.0
// What is tried when: retries, resting destinations, fairness, the end of a message's time.
#include "fixture.hpp"
#include "log/file.hpp"

#include <cerrno>

namespace waypost::testing {
namespace {

using namespace std::chrono_literals;
using answer = fake_remote::answer;

bool is_of(const std::string& address, std::string_view domain) {
    return address.ends_with(domain);
}

class scheduler_test : public transfer_fixture {};

TEST_F(scheduler_test, what_a_remote_takes_leaves_the_queue) {
    begin();
    ASSERT_TRUE(send({"x@far.example"}));
    ASSERT_TRUE(wait_told("delivered", 1));
    EXPECT_EQ(queued(), 0u);
    EXPECT_EQ(remote_.offers(), (std::vector<std::string>{"x@far.example"}));
}

TEST_F(scheduler_test, a_refused_recipient_is_tried_again_after_the_wait_and_not_before) {
    remote_.think([](const std::string&) { return answer{WP_TEMPFAIL}; });
    begin();
    ASSERT_TRUE(send({"x@far.example", "y@far.example"}));
    ASSERT_TRUE(wait_told("deferred", 2));
    pass(9min);
    ASSERT_TRUE(send({"z@other.example"})); // something that is due is tried meanwhile
    ASSERT_TRUE(remote_.wait_offers(3));
    EXPECT_EQ(remote_.offers_of("x@far.example"), 1u);
    remote_.think({});
    pass(3min);
    ASSERT_TRUE(wait_told("delivered", 2));
    EXPECT_EQ(remote_.offers_of("x@far.example"), 2u);
}

TEST_F(scheduler_test, only_what_was_refused_is_tried_again) {
    remote_.think(
        [](const std::string& to) { return answer{to == "x@far.example" ? WP_TEMPFAIL : WP_OK}; });
    begin();
    ASSERT_TRUE(send({"x@far.example", "y@far.example"}));
    ASSERT_TRUE(wait_told("deferred", 1));
    remote_.think({});
    pass(12min);
    ASSERT_TRUE(wait_told("delivered", 2));
    EXPECT_EQ(remote_.offers_of("y@far.example"), 1u);
    EXPECT_EQ(queued(), 0u);
}

TEST_F(scheduler_test, a_destination_that_cannot_be_reached_rests_and_is_tried_with_one_message) {
    options_.destination_pauses = {1min, 30min};
    remote_.think([](const std::string&) {
        return answer{WP_TEMPFAIL, WP_REPORT_UNREACHABLE, "no route to host"};
    });
    begin();
    ASSERT_TRUE(send({"first@dead.example"}));
    ASSERT_TRUE(wait_told("deferred", 1));
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(send({"more@dead.example"}));
    ASSERT_TRUE(send({"x@far.example"})); // the scheduler has read all that came before this
    ASSERT_TRUE(remote_.wait_offers(2));
    EXPECT_EQ(remote_.offers_of("more@dead.example"), 0u);
    pass(61s);
    ASSERT_TRUE(remote_.wait_offers(3));
    ASSERT_TRUE(wait_told("deferred", 3));
    EXPECT_EQ(remote_.offers_of("more@dead.example"), 1u);
    remote_.think({});
    pass(31min);
    ASSERT_TRUE(wait_told("delivered", 22));
    EXPECT_EQ(queued(), 0u);
}

TEST_F(scheduler_test, a_destination_that_hangs_holds_up_nobody_else) {
    options_.max_jobs = 20;
    options_.destination_concurrency = 5;
    remote_.think([](const std::string& to) -> std::optional<answer> {
        if (is_of(to, "@slow.example"))
            return std::nullopt;
        return answer{};
    });
    begin();
    for (int i = 0; i < 200; ++i)
        ASSERT_TRUE(send({"x@slow.example"}));
    ASSERT_TRUE(remote_.wait_offers(5));
    for (int i = 0; i < 30; ++i)
        ASSERT_TRUE(send({"y@far.example"}));
    ASSERT_TRUE(wait_told("delivered", 30));
    EXPECT_EQ(remote_.offers_of("x@slow.example"), 5u);
}

TEST_F(scheduler_test, destinations_take_turns) {
    options_.max_jobs = 1;
    remote_.think([](const std::string&) -> std::optional<answer> { return std::nullopt; });
    begin();
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(send({"a@huge.example"}));
    ASSERT_TRUE(send({"b@small.example"}));
    for (std::size_t tries = 1; remote_.offers_of("b@small.example") == 0; ++tries) {
        ASSERT_TRUE(remote_.wait_offers(tries));
        ASSERT_LE(tries, 3u);
        remote_.answer_all({});
    }
    remote_.think({});
    remote_.answer_all({});
}

TEST_F(scheduler_test, a_full_mailbox_is_tried_again) {
    mailboxes_.full = true;
    begin();
    ASSERT_TRUE(send({"ann@example.com", "x@far.example"}));
    ASSERT_TRUE(wait_told("delivered", 1));
    mailboxes_.full = false;
    pass(1h);
    ASSERT_TRUE(mailboxes_.wait_deliveries(1));
    ASSERT_TRUE(wait_told("delivered", 2));
    EXPECT_EQ(queued(), 0u);
}

TEST_F(scheduler_test, a_user_who_moves_to_another_host_takes_what_waits_along) {
    mailboxes_.full = true;
    begin();
    ASSERT_TRUE(send({"bob@example.com", "x@far.example"}));
    ASSERT_TRUE(wait_told("delivered", 1));
    change({user_of("example.com", "bob", {{"mailHost", {"store2.example.com"}}})});
    pass(1h);
    ASSERT_TRUE(wait_told("delivered", 2));
    EXPECT_EQ(remote_.offers_of("bob@example.com"), 1u);
    EXPECT_TRUE(mailboxes_.deliveries().empty());
}

TEST_F(scheduler_test, a_restart_finds_everything_again) {
    remote_.think([](const std::string&) { return answer{WP_TEMPFAIL}; });
    begin();
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(send({"x@far.example", "y@other.example"}));
    ASSERT_TRUE(wait_told("deferred", 10));
    end();
    remote_.think({});
    now_ += std::chrono::nanoseconds(1h).count();
    begin();
    ASSERT_TRUE(wait_told("delivered", 10));
    EXPECT_EQ(queued(), 0u);
}

TEST_F(scheduler_test, what_a_remote_took_is_not_sent_again_when_the_log_refuses) {
    namespace faults = kernel::log::file_faults;
    remote_.think([](const std::string&) -> std::optional<answer> { return std::nullopt; });
    begin();
    ASSERT_TRUE(send({"x@far.example"}));
    ASSERT_TRUE(remote_.wait_offers(1));
    faults::fail(faults::call::sync, 1, EIO);
    remote_.think({});
    remote_.answer_all({});
    ASSERT_TRUE(wait_told("delivered", 1));
    faults::clear();
    EXPECT_GE(unit_->log_counters().failed_groups, 1u);
    EXPECT_EQ(remote_.offers(), (std::vector<std::string>{"x@far.example"}));
    EXPECT_EQ(queued(), 0u);
}

TEST_F(scheduler_test, what_is_late_is_warned_of_once_and_ends_with_a_report) {
    options_.delay_warning = 1h;
    options_.retry.lifetime = 5h;
    remote_.think([](const std::string&) { return answer{WP_TEMPFAIL}; });
    begin();
    ASSERT_TRUE(send({"x@far.example"}));
    ASSERT_TRUE(wait_told("deferred", 1));
    pass(61min);
    ASSERT_TRUE(mailboxes_.wait_deliveries(1));
    pass(2h);
    ASSERT_TRUE(wait_told("deferred", 3));
    EXPECT_EQ(mailboxes_.deliveries().size(), 1u);
    pass(3h);
    ASSERT_TRUE(mailboxes_.wait_deliveries(2));
    ASSERT_TRUE(wait_told("failed", 1));
    EXPECT_EQ(mailboxes_.deliveries().at(1).first, "ann@example.com");
}

} // namespace
} // namespace waypost::testing
