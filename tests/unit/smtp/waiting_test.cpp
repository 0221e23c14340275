// SPDX-License-Identifier: Apache-2.0
// Sessions while the host answers later: pauses, room in the ingest budget, peers that leave.
#include "fake_host.hpp"

namespace waypost::smtp::test {
namespace {

const std::string all =
    "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nRCPT TO:<unknown@b>\r\nDATA\r\nx\r\n.\r\n";

TEST(waiting, changes_nothing_but_the_time) {
    smtp_server at_once;
    smtp_server later;
    later.host.answers_later = true;
    const std::string twice = all + all.substr(8) + "QUIT\r\n";
    client peer = later.connect();
    peer.say(twice);
    EXPECT_EQ(peer.hear_all(), at_once.dialogue(twice));
    ASSERT_EQ(later.host.messages().size(), 2u);
    EXPECT_EQ(later.host.messages()[0].sender, "a@b");
    EXPECT_EQ(later.host.messages()[0].recipients, std::vector<std::string>{"a@b"});
}

TEST(waiting, for_a_sender_that_is_refused_in_the_end_leaves_no_transaction) {
    const std::string twice = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nMAIL FROM:<a@b>\r\n"
                              "QUIT\r\n";
    smtp_server at_once;
    smtp_server later;
    for (smtp_server* each : {&at_once, &later})
        each->host.open_status = WP_BUSY;
    later.host.answers_later = true;
    client peer = later.connect();
    peer.say(twice);
    const std::string heard = peer.hear_all();
    EXPECT_EQ(heard, at_once.dialogue(twice));
    EXPECT_NE(heard.find("\r\n503 "), std::string::npos); // RCPT: no MAIL before it
    EXPECT_TRUE(later.host.messages().empty());
}

TEST(waiting, one_session_does_not_hold_up_the_others) {
    smtp_server with;
    with.host.answers_later = true;
    with.host.holds_answers = true;
    client slow = with.connect();
    slow.say(all);
    ASSERT_TRUE(with.host.asked.wait());
    client quick = with.connect();
    quick.say("NOOP\r\n");
    EXPECT_EQ(quick.hear(14), "250 2.0.0 Ok\r\n");
    with.host.release();
    slow.say("QUIT\r\n");
    EXPECT_TRUE(slow.hear_all().ends_with("250 2.0.0 Ok, message 1\r\n221 2.0.0 Goodbye\r\n"));
}

TEST(waiting, for_room_repeats_the_content_that_was_not_taken) {
    for (const bool later : {false, true}) {
        for (const std::size_t room : {0u, 10u, 400u, 150000u}) {
            smtp_server with([](settings& values) { values.max_message_size = 1 << 20; });
            with.host.answers_later = later;
            with.host.room = room;
            std::string content;
            for (int i = 0; i < 4000; ++i)
                content += i % 7 == 0 ? "..stuffed\r\n" : "an ordinary line of text\r\n";
            std::string decoded = content;
            for (std::size_t at = 0; (at = decoded.find("\r\n..", at)) != std::string::npos;)
                decoded.erase(at + 2, 1);
            decoded.erase(0, 1);
            client peer = with.connect();
            peer.say("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n" + content +
                     ".\r\nQUIT\r\n");
            EXPECT_TRUE(peer.hear_all().ends_with("message 1\r\n221 2.0.0 Goodbye\r\n"));
            EXPECT_EQ(without_trace(with.host.messages().at(0).content), decoded);
        }
    }
}

TEST(waiting, for_room_with_nothing_left_to_read_still_ends) {
    for (const char* content : {"DATA\r\n.\r\n", "BDAT 0 LAST\r\n", "BDAT 1 LAST\r\nx"}) {
        smtp_server with;
        with.host.answers_later = true;
        with.host.room = 0;
        client peer = with.connect();
        peer.say(std::string("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n") + content +
                 "QUIT\r\n");
        EXPECT_TRUE(peer.hear_all().ends_with("message 1\r\n221 2.0.0 Goodbye\r\n")) << content;
    }
}

TEST(waiting, a_peer_that_leaves_meanwhile_leaves_nothing_open) {
    const auto at_mail = all.substr(0, all.find("RCPT"));
    for (const auto& [input, opened] : {std::pair{at_mail, WP_OK},
                                        {at_mail, WP_BUSY},
                                        {all.substr(0, 40), WP_OK},
                                        {all, WP_OK}}) {
        smtp_server with;
        with.host.open_status = opened;
        with.host.answers_later = true;
        with.host.holds_answers = true;
        {
            client peer = with.connect();
            peer.say(input);
            ASSERT_TRUE(with.host.asked.wait());
        }
        with.host.release();
        event empty;
        with.pool().when_empty([&] { empty.set(); });
        EXPECT_TRUE(empty.wait());
        with.stop();
        EXPECT_EQ(with.host.open_transactions(), 0);
    }
}

} // namespace
} // namespace waypost::smtp::test
