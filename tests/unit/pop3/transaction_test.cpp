// SPDX-License-Identifier: Apache-2.0
// Transaction and update: lists, unique ids, messages sent with stuffed dots, deletion at QUIT and
// only then (R9.1).
#include "fixture.hpp"

namespace waypost::pop3 {
namespace {

class pop3_transaction : public pop3_test {
protected:
    pop3_transaction() {
        site.put("A: 1\r\n\r\n.one\r\ntwo\r\n");
        site.put("B: 2\r\n\r\n");
        site.put("C: 3\r\n\r\nno end");
    }
};
class pop3_ending : public pop3_transaction {};
INSTANTIATE_TEST_SUITE_P(host_answers, pop3_transaction, testing::Values(false, true),
                         [](const auto& each) { return each.param ? "later" : "at_once"; });

TEST_P(pop3_transaction, lists_show_sizes_and_lasting_ids) {
    site.pending = GetParam();
    EXPECT_EQ(in_transaction("STAT\r\nLIST\r\nUIDL\r\nLIST 2\r\nUIDL 3\r\nLIST 4\r\nLIST x\r\n"),
              "+OK 3 41\r\n"
              "+OK\r\n1 19\r\n2 8\r\n3 14\r\n.\r\n"
              "+OK\r\n1 7.11\r\n2 7.12\r\n3 7.13\r\n.\r\n"
              "+OK 2 8\r\n+OK 3 7.13\r\n-ERR There is no such message\r\n-ERR Wrong or missing "
              "argument\r\n");
}

TEST_P(pop3_transaction, messages_are_sent_with_stuffed_dots_and_pipelined) {
    site.pending = GetParam();
    EXPECT_EQ(in_transaction("RETR 1\r\nRETR 3\r\nTOP 1 1\r\nTOP 1 0\r\nNOOP\r\n"),
              "+OK 19 octets\r\nA: 1\r\n\r\n..one\r\ntwo\r\n.\r\n"
              "+OK 14 octets\r\nC: 3\r\n\r\nno end\r\n.\r\n"
              "+OK\r\nA: 1\r\n\r\n..one\r\n.\r\n"
              "+OK\r\nA: 1\r\n\r\n.\r\n"
              "+OK\r\n");
}

TEST_P(pop3_transaction, deletion_happens_at_quit_as_one_change) {
    site.pending = GetParam();
    EXPECT_EQ(in_transaction("DELE 1\r\nDELE 1\r\nRETR 1\r\nDELE 3\r\nSTAT\r\nLIST\r\nQUIT\r\n"),
              "+OK Marked for deletion\r\n-ERR This message is marked for deletion\r\n"
              "-ERR This message is marked for deletion\r\n+OK Marked for deletion\r\n"
              "+OK 1 8\r\n+OK\r\n2 8\r\n.\r\n+OK Goodbye\r\n");
    EXPECT_EQ(site.expunged, (std::vector<std::uint32_t>{11, 13}));
}

TEST_P(pop3_transaction, without_quit_or_after_rset_nothing_is_deleted) {
    site.pending = GetParam();
    in_transaction("DELE 1\r\n");
    EXPECT_EQ(in_transaction("DELE 1\r\nRSET\r\nSTAT\r\nQUIT\r\n"),
              "+OK Marked for deletion\r\n+OK\r\n+OK 3 41\r\n+OK Goodbye\r\n");
    EXPECT_TRUE(site.expunged.empty());
}

TEST_P(pop3_transaction, a_store_that_fails_is_reported_as_temporary) {
    site.pending = GetParam();
    site.content_status = site.change_status = WP_TEMPFAIL;
    EXPECT_EQ(in_transaction("RETR 1\r\nDELE 1\r\nQUIT\r\n"),
              "-ERR [SYS/TEMP] The message cannot be read now, try again later\r\n+OK Marked for "
              "deletion\r\n"
              "-ERR [SYS/TEMP] Marked messages were not removed\r\n");
}

TEST_P(pop3_transaction, a_large_message_and_a_long_list_arrive_whole) {
    site.pending = GetParam();
    std::string large = "H: 1\r\n\r\n";
    std::string stuffed = large;
    for (int i = 0; i < 100'000; ++i) {
        const std::string line = (i % 3 == 0 ? "." : "x") + std::to_string(i) + "\r\n";
        stuffed += (i % 3 == 0 ? "." : "") + line;
        large += line;
    }
    large += std::string(900'000, 'y') + "\r\n";
    stuffed += std::string(900'000, 'y') + "\r\n";
    site.put(large);
    for (int i = 0; i < 20'000; ++i)
        site.put("x");
    const std::string all = in_transaction("RETR 4\r\nLIST\r\nQUIT\r\n");
    const std::string begin =
        "+OK " + std::to_string(large.size()) + " octets\r\n" + stuffed + ".\r\n+OK\r\n1 19\r\n";
    EXPECT_TRUE(all.starts_with(begin));
    EXPECT_TRUE(all.ends_with("20004 1\r\n.\r\n+OK Goodbye\r\n"));
}

TEST_F(pop3_ending, an_idle_session_ends_without_a_word_and_deletes_nothing) {
    auto to = connect();
    to.say("USER ann\r\nPASS secret\r\nDELE 1\r\n");
    const std::string start =
        greeting + "+OK Now the password\r\n+OK Logged in\r\n+OK Marked for deletion\r\n";
    EXPECT_EQ(to.hear(start.size()), start);
    pool->advance(std::chrono::seconds(599));
    to.say("NOOP\r\n");
    EXPECT_EQ(to.hear(5), "+OK\r\n");
    pool->advance(std::chrono::seconds(602));
    EXPECT_EQ(to.hear_all(), "");
    EXPECT_TRUE(site.expunged.empty());
}

TEST_F(pop3_ending, draining_ends_idle_sessions) {
    auto to = connect();
    to.say("USER ann\r\nPASS secret\r\n");
    const std::string start = greeting + "+OK Now the password\r\n+OK Logged in\r\n";
    EXPECT_EQ(to.hear(start.size()), start);
    pool->drain();
    EXPECT_EQ(to.hear_all(), "-ERR [SYS/TEMP] The service is shutting down, try again later\r\n");
}

} // namespace
} // namespace waypost::pop3
