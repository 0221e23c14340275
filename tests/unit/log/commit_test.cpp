// SPDX-License-Identifier: Apache-2.0
// Committing: what was acknowledged is there, in order, once; refusals and limits.
#include "fixture.hpp"

#include <thread>

namespace waypost::kernel::log {
namespace {

TEST_F(log_test, a_message_reads_back_before_and_after_a_restart) {
    open();
    const auto id = put("Subject: x\r\n\r\nhello\r\n", "queued");
    EXPECT_EQ(read(id), "Subject: x\r\n\r\nhello\r\n");
    reopen();
    EXPECT_EQ(read(id), "Subject: x\r\n\r\nhello\r\n");
    EXPECT_EQ((*log->messages().open(id))->envelope(),
              "from <a@example.org>\nto <b@example.org>\n");
    EXPECT_EQ(memory.seen(), std::vector<std::string>{"queued"});
}

TEST_F(log_test, a_queued_message_can_be_read_with_plain_tools) {
    open();
    put("Subject: plain\r\n\r\nbody\r\n");
    const auto text = slurp(segments().back());
    EXPECT_NE(text.find("to <b@example.org>\n\x01\x01\nSubject: plain\r\n\r\nbody\r\n"),
              std::string::npos);
}

TEST_F(log_test, a_consumer_gets_only_what_it_has_not_checkpointed) {
    open();
    put("a", "one");
    memory.save();
    put("b", "two");
    put("c", "three");
    reopen();
    EXPECT_EQ(memory.seen(), (std::vector<std::string>{"two", "three"}));
    ASSERT_TRUE(log->checkpoint_index());
    reopen();
    EXPECT_EQ(memory.seen(), (std::vector<std::string>{"two", "three"}));
}

TEST_F(log_test, a_refused_operation_leaves_nothing_and_harms_no_other) {
    open();
    put_operation refused("refused", 1, "refused");
    refused.refuse = true;
    const auto before = put("before", "before");
    EXPECT_EQ(run(refused).failure().status, WP_DENIED);
    const auto after = put("after", "after");
    reopen();
    EXPECT_EQ(memory.seen(), (std::vector<std::string>{"before", "after"}));
    EXPECT_EQ(read(before), "before");
    EXPECT_EQ(read(after), "after");
    EXPECT_FALSE(log->messages().open(refused.id));
}

TEST_F(log_test, rolling_back_leaves_the_group_as_it_was_marked) {
    std::atomic<message_id> ids{1};
    group built(ids);
    const std::string large(1000, 'x');
    const std::string_view pieces[] = {large};
    const auto bytes = [&] {
        std::vector<iovec> out;
        built.append_to(out);
        std::string all;
        for (const auto& one : out)
            all.append(static_cast<const char*>(one.iov_base), one.iov_len);
        return all;
    };
    for (const bool with_content : {false, true}) {
        built.clear();
        built.put_journal(1, "first");
        if (with_content)
            built.put_message({"e\n", pieces, nullptr});
        const auto before = bytes();
        const auto mark = built.mark();
        built.put_journal(1, "second");
        built.put_message({"e\n", pieces, nullptr});
        built.ref(1, 1);
        built.rollback(mark);
        EXPECT_EQ(bytes(), before);
        EXPECT_EQ(built.messages(), with_content ? 1U : 0U);
        built.put_journal(1, "third");
        EXPECT_EQ(bytes().size(), built.body_bytes());
        EXPECT_EQ(bytes().substr(0, before.size()), before);
    }
}

TEST_F(log_test, ids_are_never_used_again) {
    open();
    message_id last = 0;
    for (int round = 0; round < 4; ++round) {
        const auto id = put("x", "", round % 2); // also of messages that are dead at once
        EXPECT_GT(id, last);
        last = id;
        change({{id, -1}});
        if (round > 1) {
            ASSERT_TRUE(log->checkpoint_index());
        }
        reopen();
    }
    EXPECT_GT(put("y"), last);
}

TEST_F(log_test, content_that_imitates_the_log_is_never_mistaken) {
    open();
    const auto first = put("first");
    const auto image = slurp(segments().back()); // real headers, real groups, even the key
    const auto second = put(image + "\x01\x01\n" + image, image);
    const auto third = put("third");
    reopen();
    EXPECT_EQ(read(first), "first");
    EXPECT_EQ(read(second), image + "\x01\x01\n" + image);
    EXPECT_EQ(read(third), "third");
    EXPECT_EQ(memory.seen(), std::vector<std::string>{image});
}

TEST_F(log_test, a_large_message_is_a_file_of_its_own) {
    open();
    auto large = log->create_large();
    ASSERT_TRUE(large);
    const std::string part(100'000, 'x');
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(large->write(part));
    ASSERT_TRUE(large->finish());
    put_operation work("");
    work.file = &*large;
    ASSERT_TRUE(run(work));
    EXPECT_EQ(read(work.id).size(), 1'000'000U);
    {
        auto unused = log->create_large();
        ASSERT_TRUE(unused->write("never committed"));
        EXPECT_EQ(files("spool").size(), 2U);
    }
    spill(directory / "spool/00000000000000ff.msg", "left by a crash");
    reopen();
    EXPECT_EQ(files("spool").size(), 1U);
    EXPECT_EQ(read(work.id).size(), 1'000'000U);
    EXPECT_GT(put("x"), 0xffU);
    change({{work.id, -1}});
    ASSERT_TRUE(log->compact_once());
    EXPECT_TRUE(files("spool").empty());
}

TEST_F(log_test, an_unsynced_operation_rides_with_the_next_flush) {
    settings.unsynced_delay = std::chrono::hours(1);
    open();
    put_operation note("", 1, "note");
    note.unsynced = true;
    ASSERT_EQ(log->submit(note), WP_PENDING);
    put("x", "mail");
    EXPECT_TRUE(note.wait());
    EXPECT_EQ(log->counters().groups, 1U);
    EXPECT_EQ(memory.seen(), (std::vector<std::string>{"note", "mail"}));
}

TEST_F(log_test, an_unsynced_operation_alone_is_written_after_its_delay) {
    settings.unsynced_delay = std::chrono::milliseconds(20);
    open();
    put_operation note("", 1, "note");
    note.unsynced = true;
    EXPECT_TRUE(run(note));
}

TEST_F(log_test, stopping_commits_what_was_accepted_and_refuses_the_rest) {
    settings.unsynced_delay = std::chrono::hours(1);
    open();
    put_operation note("", 1, "note"), late("");
    note.unsynced = true;
    ASSERT_EQ(log->submit(note), WP_PENDING);
    log->stop();
    EXPECT_TRUE(note.wait());
    error why;
    EXPECT_EQ(log->submit(late, &why), WP_STOPPING);
    EXPECT_EQ(why.smtp, 421);
}

TEST_F(log_test, a_long_tail_makes_operations_wait_and_then_be_refused) {
    settings.tail_bytes = 300'000;
    settings.pending_operations = 4;
    open();
    const std::string content(100'000, 'x');
    for (int i = 0; i < 3; ++i)
        put(content, "j");
    std::vector<std::unique_ptr<put_operation>> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.push_back(std::make_unique<put_operation>(content, 1, "j"));
        ASSERT_EQ(log->submit(*waiting.back()), WP_PENDING);
    }
    put_operation over(content);
    error why;
    EXPECT_EQ(log->submit(over, &why), WP_BUSY);
    EXPECT_EQ(why.smtp, 451);
    while (memory.wanted == 0)
        std::this_thread::yield();
    EXPECT_TRUE(log->counters().waiting_for_checkpoint);
    EXPECT_EQ(log->counters().groups, 3U);
    memory.save();
    ASSERT_TRUE(log->checkpoint_index());
    for (auto& one : waiting)
        EXPECT_TRUE(one->wait());
}

TEST_F(log_test, many_threads_commit_and_everything_is_there_once) {
    settings.segment_bytes = 200'000;
    settings.background = true;
    settings.checkpoint_records = 100;
    open();
    constexpr int threads = 8, each = 100;
    std::mutex mutex;
    std::map<message_id, std::string> all;
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t)
        workers.emplace_back([&, t] {
            for (int i = 0; i < each; ++i) {
                auto text = std::to_string(t) + "/" + std::to_string(i) + std::string(500, 'x');
                const auto id = put(text, text);
                EXPECT_EQ(read(id), text);
                if (i % 3 == 0)
                    change({{id, -1}});
                const std::lock_guard hold(mutex);
                EXPECT_TRUE(all.emplace(id, i % 3 == 0 ? "" : text).second);
            }
        });
    for (auto& one : workers)
        one.join();
    reopen();
    EXPECT_EQ(memory.seen().size(), std::size_t{threads * each});
    for (const auto& [id, text] : all) {
        if (text.empty())
            EXPECT_FALSE(log->messages().open(id));
        else
            EXPECT_EQ(read(id), text);
    }
    EXPECT_EQ(log->messages().bad_references(), 0U);
}

} // namespace
} // namespace waypost::kernel::log
