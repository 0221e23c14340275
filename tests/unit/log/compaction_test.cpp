// SPDX-License-Identifier: Apache-2.0
// References and compaction: space comes back, what is alive stays, and so does what somebody holds
// open.
#include "fixture.hpp"
#include "log/fault.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace waypost::kernel::log {
namespace {

class compaction_test : public log_test {
protected:
    compaction_test() { settings.segment_bytes = 20'000; }

    /// Ten segments or so of messages, every fifth alive.
    void fill() {
        for (int i = 0; i < 100; ++i) {
            auto text = std::to_string(i) + std::string(2000, 'x');
            const auto id = put(text, "j");
            if (i % 5 == 0)
                alive_[id] = text;
            else
                dead_.push_back({id, -1});
        }
        change(dead_);
    }
    void checkpoint() {
        memory.save();
        ASSERT_TRUE(log->checkpoint_index());
    }
    void compact() {
        for (;;) {
            const auto more = log->compact_once();
            ASSERT_TRUE(more) << more.failure().text;
            if (!*more)
                return;
        }
    }
    void expect_alive() {
        for (const auto& [id, text] : alive_)
            EXPECT_EQ(read(id), text);
        for (const auto& one : dead_)
            EXPECT_FALSE(log->messages().open(one.message));
    }
    std::map<message_id, std::string> alive_;
    std::vector<reference> dead_;
};

TEST_F(compaction_test, a_message_lives_while_it_has_references) {
    open();
    const auto id = put("x", "", 2);
    change({{id, -1}});
    EXPECT_EQ(read(id), "x");
    ASSERT_TRUE(log->checkpoint_index());
    change({{id, 1}, {id, -1}});
    EXPECT_EQ(read(id), "x");
    change({{id, -1}});
    EXPECT_FALSE(log->messages().open(id));
    reopen();
    EXPECT_FALSE(log->messages().open(id));
}

TEST_F(compaction_test, sparse_segments_are_gathered_and_unlinked) {
    open();
    fill();
    const auto before = segments().size();
    EXPECT_GT(before, 10U);
    checkpoint();
    compact();
    EXPECT_LT(segments().size(), 6U);
    expect_alive();
    reopen();
    expect_alive();
    for (const auto& [id, text] : std::exchange(alive_, {})) {
        change({{id, -1}});
        dead_.push_back({id, -1});
    }
    reopen();
    checkpoint();
    compact();
    EXPECT_LE(segments().size(), 2U);
    expect_alive();
}

TEST_F(compaction_test, nothing_is_compacted_that_a_consumer_still_needs) {
    open();
    fill();
    const auto before = segments().size();
    ASSERT_TRUE(log->checkpoint_index());
    compact();
    EXPECT_GE(segments().size(), before);
    reopen();
    EXPECT_EQ(memory.seen().size(), 100U);
}

TEST_F(compaction_test, an_open_message_stays_readable) {
    open();
    const auto id = put("held" + std::string(3000, 'y'));
    const auto held = log->messages().open(id);
    ASSERT_TRUE(held);
    alive_.clear();
    fill();
    change({{id, -1}});
    const auto first = segments().front();
    checkpoint();
    compact();
    EXPECT_FALSE(std::filesystem::exists(first));
    EXPECT_EQ(view((*held)->content()), "held" + std::string(3000, 'y'));
}

TEST_F(compaction_test, many_restarts_do_not_leave_many_segments) {
    settings.segment_bytes = 200'000;
    open();
    for (int i = 0; i < 40; ++i) {
        auto text = "mail " + std::to_string(i);
        alive_[put(text, "j")] = text;
        checkpoint();
        compact();
        reopen();
    }
    EXPECT_LT(segments().size(), 25U);
    expect_alive();
}

#ifdef WAYPOST_FAULTS

class compaction_crash_test : public compaction_test,
                              public testing::WithParamInterface<const char*> {};

TEST_P(compaction_crash_test, a_kill_anywhere_leaves_each_message_exactly_once) {
    open();
    fill();
    checkpoint();
    const auto saved = memory.checkpoint.load();
    close();
    const auto child = ::fork(); // single-threaded here: the log is closed
    if (child == 0) {
        fault::arm(GetParam());
        memory.forget();
        if (!try_open())
            ::_exit(2);
        while (true) {
            const auto more = log->compact_once();
            if (!more || !*more)
                ::_exit(1);
        }
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the crash point was not passed: " << WEXITSTATUS(status);
    memory.checkpoint = saved;
    memory.forget();
    open();
    expect_alive();
    compact();
    expect_alive();
    EXPECT_LT(segments().size(), 8U);
    EXPECT_EQ(log->messages().bad_references(), 0U);
}

INSTANTIATE_TEST_SUITE_P(points, compaction_crash_test,
                         testing::Values("log.compact.copied:1", "log.checkpoint.before_commit:2",
                                         "log.checkpoint.committed:2", "log.compact.indexed:1",
                                         "log.compact.unlinked:1", "log.compact.unlinked:3",
                                         "log.segment.created:2"));

#endif

} // namespace
} // namespace waypost::kernel::log
