// SPDX-License-Identifier: Apache-2.0
// Order of commands, envelopes and limits of a dialogue.
#include "fake_host.hpp"

namespace waypost::smtp::test {
namespace {

TEST(session, takes_a_message_in_one_pipelined_batch) {
    smtp_server with;
    EXPECT_EQ(
        with.dialogue("EHLO client.test\r\n"
                      "MAIL FROM:<a@b.org> SIZE=20 BODY=8BITMIME RET=HDRS ENVID=e+2B1\r\n"
                      "RCPT TO:<c@d.org> ORCPT=rfc822;x+2By@d.org NOTIFY=NEVER\r\n"
                      "DATA\r\n"
                      "Subject: x\r\n\r\n..dot\r\n.\r\n"
                      "QUIT\r\n"),
        "250-mx.test\r\n250 PIPELINING\r\n250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n"
        "354 End data with <CRLF>.<CRLF>\r\n250 2.0.0 Ok, message 1\r\n221 2.0.0 Goodbye\r\n");
    const message got = with.host.messages().at(0);
    EXPECT_EQ(got.client_name, "client.test");
    EXPECT_EQ(got.protocol, "ESMTP");
    EXPECT_EQ(got.sender, "a@b.org");
    EXPECT_EQ(got.envid, "e+1");
    EXPECT_EQ(got.size, 20);
    EXPECT_EQ(got.sender_flags, WP_MAIL_8BIT | WP_MAIL_RET_HEADERS);
    EXPECT_EQ(got.recipients, std::vector<std::string>{"c@d.org"});
    EXPECT_EQ(got.originals, std::vector<std::string>{"rfc822;x+y@d.org"});
    EXPECT_EQ(without_trace(got.content), "Subject: x\r\n\r\n.dot\r\n");
    EXPECT_TRUE(got.content.starts_with(
        "Received: from client.test ([127.0.0.1])\r\n\tby mx.test with ESMTP id "));
    EXPECT_NE(got.content.find("\r\n\tfor <c@d.org>; "), std::string::npos);
}

TEST(session, does_not_care_where_the_input_is_split) {
    smtp_server with;
    const std::string input =
        "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.org>\r\nDATA\r\na\r\n.\r\nQUIT\r\n";
    const std::string expected = with.dialogue(input);
    for (std::size_t cut = 1; cut < input.size(); ++cut) {
        client peer = with.connect();
        peer.say(input.substr(0, cut));
        with.pool().advance(std::chrono::seconds(1));
        peer.say(input.substr(cut));
        std::string heard = peer.hear_all();
        heard.replace(heard.find("message ") + 8,
                      heard.find("\r\n221") - heard.find("message ") - 8, "1");
        EXPECT_EQ(heard, expected) << cut;
    }
    EXPECT_EQ(with.host.messages().size(), input.size());
}

TEST(session, insists_on_the_order_of_commands) {
    const struct {
        const char* input;
        const char* expected;
    } table[] = {
        {"MAIL FROM:<a@b>\r\n", "503 5.5.1 Say hello first\r\n"},
        {"RCPT TO:<a@b>\r\n", "503 5.5.1 Say hello first\r\n"},
        {"DATA\r\n", "503 5.5.1 Say hello first\r\n"},
        {"HELO c\r\nRCPT TO:<a@b>\r\n", "250 mx.test\r\n503 5.5.1 MAIL first\r\n"},
        {"HELO c\r\nDATA\r\n", "250 mx.test\r\n503 5.5.1 MAIL first\r\n"},
        {"HELO c\r\nMAIL FROM:<a@b>\r\nDATA\r\n",
         "250 mx.test\r\n250 2.1.0 Sender ok\r\n503 5.5.1 RCPT first\r\n"},
        {"HELO c\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n",
         "250 mx.test\r\n250 2.1.0 Sender ok\r\n503 5.5.1 A transaction is under way\r\n"},
        {"HELO c\r\nMAIL FROM:<a@b>\r\nRSET\r\nDATA\r\n",
         "250 mx.test\r\n250 2.1.0 Sender ok\r\n250 2.0.0 Ok\r\n503 5.5.1 MAIL first\r\n"},
        {"HELO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<unknown@b>\r\nRCPT TO:<later@b>\r\nDATA\r\n",
         "250 mx.test\r\n250 2.1.0 Sender ok\r\n550 5.1.1 No such user\r\n451 4.2.1 Try again\r\n"
         "554 5.5.1 No valid recipients\r\n"},
        {"EHLO\r\n", "501 5.5.4 A domain name or address literal is needed\r\n"},
        {"EHLO a b\r\n", "501 5.5.4 A domain name or address literal is needed\r\n"},
        {"LHLO c\r\n", "500 5.5.2 Command not recognised\r\n"},
        {"AUTH PLAIN\r\n", "502 5.5.1 Command not available here\r\n"},
        {"NOOP x\r\nVRFY a\r\nDATA x\r\nRSET x\r\n",
         "250 2.0.0 Ok\r\n252 2.5.2 Cannot verify; send mail to find out\r\n"
         "501 5.5.4 The command takes no argument\r\n501 5.5.4 The command takes no argument\r\n"},
        {"STARTTLS\r\n", "454 4.7.0 TLS is not available\r\n"},
        {"EHLO c\r\nMAIL FROM:<a@b> SIZE=100001\r\n",
         "250-mx.test\r\n250 PIPELINING\r\n552 5.3.4 The message is too large\r\n"},
        {"EHLO c\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\n",
         "250-mx.test\r\n250 PIPELINING\r\n555 5.5.4 BINARYMIME is not supported\r\n"},
    };
    for (const auto& each : table) {
        smtp_server with;
        EXPECT_EQ(with.dialogue(each.input), each.expected) << each.input;
        with.stop();
        EXPECT_EQ(with.host.open_transactions(), 0) << each.input;
    }
}

TEST(session, refuses_bare_line_ends_in_commands_and_closes) {
    for (const char* input : {"NOOP\nNOOP\r\n", "NOOP\rNOOP\r\n", "\n", "NOOP\r\r\n"}) {
        smtp_server with;
        EXPECT_EQ(with.dialogue(input),
                  "500 5.5.2 Every line must end with CRLF; closing connection\r\n");
    }
}

TEST(session, limits_recipients_lines_and_errors) {
    smtp_server with;
    const std::string batch =
        "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nRCPT TO:<a@b>\r\nRCPT TO:<a@b>\r\nRCPT TO:<a@b>\r\n";
    EXPECT_TRUE(with.dialogue(hello + batch).ends_with("452 4.5.3 Too many recipients\r\n"));
    std::string long_one = net::test::long_line(5000, 'x');
    long_one.append("NOOP\r\n");
    EXPECT_EQ(with.dialogue(long_one), "500 5.5.2 Line too long\r\n250 2.0.0 Ok\r\n");
    const std::string heard = with.dialogue("A\r\nB\r\nC\r\nD\r\nE\r\nNOOP\r\n");
    EXPECT_TRUE(heard.ends_with("421 4.7.0 Too many errors; closing connection\r\n")) << heard;
}

TEST(session, a_timeout_says_so_and_leaves_nothing_open) {
    smtp_server with({}, true);
    client peer = with.connect();
    peer.say("EHLO c\r\nMAIL FROM:<a@b>\r\n");
    EXPECT_TRUE(peer.hear(29 + 21).ends_with("Sender ok\r\n"));
    with.pool().advance(std::chrono::seconds(300));
    EXPECT_EQ(peer.hear_all(), "421 4.4.2 Timeout; closing connection\r\n");
    with.stop();
    EXPECT_EQ(with.host.open_transactions(), 0);
}

TEST(session, a_draining_server_lets_the_transaction_end) {
    smtp_server with;
    client idle = with.connect();
    client busy = with.connect();
    busy.say("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
    EXPECT_TRUE(busy.hear(29 + 21 + 24 + 33).ends_with("<CRLF>.<CRLF>\r\n"));
    with.pool().drain();
    EXPECT_EQ(idle.hear_all(), "421 4.3.2 Shutting down; try again soon\r\n");
    busy.say("x\r\n.\r\n");
    EXPECT_EQ(busy.hear_all(),
              "250 2.0.0 Ok, message 1\r\n421 4.3.2 Shutting down; try again soon\r\n");
}

} // namespace
} // namespace waypost::smtp::test
