// SPDX-License-Identifier: Apache-2.0
// Recovery: a torn tail is left out, damage is reported, a failed flush never comes back.
#include "fixture.hpp"

#include <cerrno>

namespace waypost::kernel::log {
namespace {

class recovery_test : public log_test {
protected:
    /// Three groups in the first segment; returns where the last one begins.
    std::size_t three_groups() {
        open();
        put("first message", "one");
        put("second message", "two");
        close();
        const auto begin = slurp(segment()).size();
        memory.forget();
        std::filesystem::remove_all(directory);
        open();
        put("first message", "one");
        put("second message", "two");
        put("third message", "three");
        close();
        image_ = slurp(segment());
        return begin;
    }
    std::filesystem::path segment() const { return directory / "log/0000000000000001.seg"; }
    /// Only the first segment, with these bytes.
    void restore(const std::string& bytes) {
        std::filesystem::remove_all(directory / "log");
        std::filesystem::remove(directory / "messages.mdb");
        std::filesystem::create_directories(directory / "log");
        spill(segment(), bytes);
        memory.checkpoint = 0;
        memory.forget();
    }
    std::string image_;
};

TEST_F(recovery_test, a_tail_torn_at_any_byte_loses_the_last_group_only) {
    const auto begin = three_groups();
    for (auto size = begin; size < image_.size(); ++size) {
        restore(image_.substr(0, size));
        ASSERT_TRUE(try_open()) << size;
        ASSERT_EQ(memory.seen(), (std::vector<std::string>{"one", "two"})) << size;
        EXPECT_EQ(log->torn_bytes(), size - begin);
        close();
    }
}

TEST_F(recovery_test, a_tail_with_any_changed_byte_is_torn_and_the_log_goes_on_behind_it) {
    const auto begin = three_groups();
    for (auto at = begin; at < image_.size(); at += 7) {
        auto bytes = image_;
        bytes[at] = static_cast<char>(bytes[at] ^ 4);
        restore(bytes);
        ASSERT_TRUE(try_open()) << at;
        put("fourth", "four");
        reopen(); // the torn group stays where it is and is never read again
        ASSERT_EQ(memory.seen(), (std::vector<std::string>{"one", "two", "four"})) << at;
        close();
    }
}

TEST_F(recovery_test, damage_before_a_valid_group_is_reported_and_nothing_is_changed) {
    const auto begin = three_groups();
    for (const std::size_t back : {3U, 40U, 200U}) {
        auto bytes = image_;
        bytes[begin - back] = static_cast<char>(bytes[begin - back] ^ 1);
        restore(bytes);
        const auto outcome = try_open();
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.failure().status, WP_PERMFAIL);
        EXPECT_NE(outcome.failure().text.find("0000000000000001.seg"), std::string::npos);
        EXPECT_EQ(slurp(segment()), bytes);
    }
}

TEST_F(recovery_test, damage_in_a_segment_that_has_a_successor_is_reported) {
    open();
    put("first message", "one");
    reopen();
    put("second message", "two");
    close();
    auto bytes = slurp(segment());
    bytes[bytes.size() - 2] ^= 1;
    spill(segment(), bytes);
    memory.forget();
    EXPECT_FALSE(try_open());
    spill(segment(), bytes.substr(0, bytes.size() - 5));
    EXPECT_FALSE(try_open());
}

TEST_F(recovery_test, a_missing_segment_is_reported) {
    open();
    put("first", "one");
    reopen();
    put("second", "two");
    reopen();
    put("third", "three");
    close();
    std::filesystem::remove(directory / "log/0000000000000002.seg");
    EXPECT_FALSE(try_open());
    std::filesystem::remove_all(directory / "log");
    EXPECT_FALSE(try_open());
}

TEST_F(recovery_test, a_segment_that_was_being_created_is_left_out) {
    open();
    put("first", "one");
    close();
    for (const std::size_t size : {0U, 5U, 100U}) {
        spill(directory / "log/00000000000000aa.seg", std::string(size, 'W'));
        memory.forget();
        open();
        EXPECT_EQ(memory.seen(), std::vector<std::string>{"one"});
        close();
    }
}

TEST_F(recovery_test, only_one_process_uses_a_directory) {
    open();
    memory_consumer other;
    consumer* all[] = {&other};
    const auto second = message_log::open(settings, all);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.failure().status, WP_BUSY);
}

TEST_F(recovery_test, a_consumer_that_comes_later_starts_with_nothing) {
    settings.segment_bytes = 1000;
    open();
    const auto id = put(std::string(2000, 'x'), "one");
    put("y");
    memory.save();
    change({{id, -1}});
    ASSERT_TRUE(log->checkpoint_index());
    while (*log->compact_once()) {
    }
    close();
    memory_consumer late(2);
    memory.forget();
    consumer* all[] = {&memory, &late};
    ASSERT_TRUE(message_log::open(settings, all));
}

TEST_F(recovery_test, records_for_a_consumer_that_is_gone_are_not_dropped) {
    open();
    put("x", "one");
    close();
    const auto outcome = message_log::open(settings, {});
    ASSERT_FALSE(outcome);
    EXPECT_NE(outcome.failure().text.find("consumer 1"), std::string::npos);
    memory.forget();
    open();
    memory.save();
    ASSERT_TRUE(log->checkpoint_index());
    close();
    EXPECT_TRUE(message_log::open(settings, {}));
}

#ifdef WAYPOST_FAULTS

TEST_F(recovery_test, a_failed_flush_refuses_its_group_and_never_replays_it) {
    open();
    const auto good = put("good", "good");
    file_faults::fail(file_faults::call::sync, 1, EIO);
    put_operation lost("lost", 1, "lost");
    const auto outcome = run(lost);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.failure().smtp, 451);
    EXPECT_EQ(memory.abandoned, 1);
    EXPECT_FALSE(log->messages().open(lost.id));
    put("after", "after");
    reopen();
    EXPECT_EQ(memory.seen(), (std::vector<std::string>{"good", "after"}));
    EXPECT_EQ(read(good), "good");
    EXPECT_FALSE(log->messages().open(lost.id));
}

TEST_F(recovery_test, a_refused_group_does_not_come_back_when_the_daemon_dies_right_after) {
    open();
    put("good", "good");
    file_faults::fail(file_faults::call::sync, 1, EIO);
    put_operation lost("lost", 1, "lost");
    EXPECT_FALSE(run(lost));
    reopen();
    EXPECT_EQ(memory.seen(), std::vector<std::string>{"good"});
}

TEST_F(recovery_test, a_refused_group_does_not_come_back_when_there_was_no_next_segment_either) {
    open();
    put("good", "good");
    const auto size = std::filesystem::file_size(segment());
    file_faults::fail(file_faults::call::sync, 1, EIO);
    file_faults::fail(file_faults::call::create, 1, ENOSPC, 10);
    put_operation lost("lost", 1, "lost");
    EXPECT_FALSE(run(lost));
    EXPECT_EQ(std::filesystem::file_size(segment()), size);
    file_faults::clear();
    reopen();
    EXPECT_EQ(memory.seen(), std::vector<std::string>{"good"});
}

TEST_F(recovery_test, a_full_disk_is_told_as_such) {
    open();
    file_faults::fail(file_faults::call::write, 1, ENOSPC);
    put_operation lost("lost");
    const auto outcome = run(lost);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.failure().smtp, 452);
    EXPECT_NE(outcome.failure().text.find("disk full"), std::string::npos);
    reopen();
    put("after", "after");
    reopen();
    EXPECT_EQ(memory.seen(), std::vector<std::string>{"after"});
}

TEST_F(recovery_test, a_full_disk_at_start_refuses_mail_but_lets_it_be_read) {
    settings.probe_interval = std::chrono::milliseconds(0);
    open();
    const auto id = put("good", "good");
    close();
    memory.forget();
    file_faults::fail(file_faults::call::write, 1, ENOSPC, 1000);
    open();
    EXPECT_EQ(read(id), "good");
    put_operation probe("x");
    const auto outcome = run(probe);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.failure().smtp, 452);
    file_faults::clear();
    put("after", "after");
    reopen();
    EXPECT_EQ(memory.seen(), (std::vector<std::string>{"good", "after"}));
}

TEST_F(recovery_test, two_failures_stop_acceptance_until_a_probe_succeeds) {
    settings.probe_interval = std::chrono::hours(1);
    open();
    put("good", "good");
    file_faults::fail(file_faults::call::write, 1, EIO, 1000);
    put_operation first("x"), second("x"), third("x");
    EXPECT_FALSE(run(first)); // the next segment cannot be created either
    error why;
    EXPECT_EQ(log->submit(second, &why), WP_TEMPFAIL);
    EXPECT_EQ(why.smtp, 451);
    EXPECT_TRUE(log->counters().refusing);
    close();
    file_faults::clear();
    settings.probe_interval = std::chrono::milliseconds(0);
    memory.forget();
    open();
    file_faults::fail(file_faults::call::write, 1, EIO, 1000);
    EXPECT_FALSE(run(third));
    put_operation probe("x");
    EXPECT_FALSE(run(probe));
    EXPECT_TRUE(log->counters().refusing);
    file_faults::clear();
    put("after", "after");
    EXPECT_FALSE(log->counters().refusing);
    reopen();
    EXPECT_EQ(memory.seen(), (std::vector<std::string>{"good", "after"}));
}

#endif

} // namespace
} // namespace waypost::kernel::log
