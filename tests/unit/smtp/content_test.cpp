// SPDX-License-Identifier: Apache-2.0
// Content by DATA and BDAT, what must be refused, LMTP, STARTTLS.
#include "fake_host.hpp"
#include "self_signed.hpp"

namespace waypost::smtp::test {
namespace {

const std::string envelope = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n";
const std::string envelope_reply =
    std::string(hello_reply) + "250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n";
const std::string bare =
    "550 5.5.2 The message has a bare CR or LF; every line must end with CRLF\r\n";

TEST(content, smuggling_never_makes_a_second_message_and_is_refused) {
    const std::string smuggled = "MAIL FROM:<evil@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nevil\r\n.\r\n";
    for (const char* end : {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n",
                            "\n\n.\r\n", "\r\n.\r\r\n", "\r\r\n.\n", "\n.\r"}) {
        smtp_server with;
        const std::string heard =
            with.dialogue(envelope + "DATA\r\nx" + end + smuggled + "QUIT\r\n");
        EXPECT_EQ(heard, envelope_reply + "354 End data with <CRLF>.<CRLF>\r\n" + bare +
                             "221 2.0.0 Goodbye\r\n");
        EXPECT_TRUE(with.host.messages().empty());
        with.stop();
        EXPECT_EQ(with.host.open_transactions(), 0);
    }
}

TEST(content, over_the_limit_is_read_to_its_end_and_refused) {
    smtp_server with;
    std::string large;
    for (int i = 0; i < 2000; ++i)
        large += net::test::long_line(70, 'l');
    EXPECT_TRUE(with.dialogue(envelope + "DATA\r\n" + large + ".\r\nNOOP\r\n")
                    .ends_with("552 5.3.4 The message is too large\r\n250 2.0.0 Ok\r\n"));
    with.stop();
    EXPECT_EQ(with.host.open_transactions(), 0);
}

TEST(content, may_be_empty) {
    smtp_server with;
    EXPECT_TRUE(with.dialogue(envelope + "DATA\r\n.\r\n").ends_with("250 2.0.0 Ok, message 1\r\n"));
    EXPECT_EQ(without_trace(with.host.messages().at(0).content), "");
}

TEST(content, that_the_host_refuses_is_refused_with_its_words) {
    smtp_server with;
    with.host.commit_status = WP_TEMPFAIL;
    EXPECT_TRUE(
        with.dialogue(envelope + "DATA\r\nx\r\n.\r\n").ends_with("451 4.3.0 disk full\r\n"));
}

TEST(content, comes_in_chunks) {
    smtp_server with;
    EXPECT_EQ(
        with.dialogue(envelope + "BDAT 4\r\na\r\n.BDAT 3\r\n\r\n.BDAT 4 LAST\r\n.\r\nbQUIT\r\n"),
        envelope_reply + "250 2.0.0 4 octets received\r\n250 2.0.0 3 octets received\r\n"
                         "250 2.0.0 Ok, message 1\r\n221 2.0.0 Goodbye\r\n");
    EXPECT_EQ(without_trace(with.host.messages().at(0).content), "a\r\n.\r\n..\r\nb\r\n");
    EXPECT_TRUE(
        with.dialogue(envelope + "BDAT 3\r\na\r\nBDAT 0 LAST\r\n").ends_with("Ok, message 2\r\n"));
}

TEST(content, chunks_that_cannot_be_used_are_read_to_their_end) {
    const struct {
        std::string input;
        std::string expected;
    } table[] = {
        {"EHLO c\r\nBDAT 6\r\nQUIT\r\nNOOP\r\n",
         hello_reply + std::string("503 5.5.1 MAIL first\r\n250 2.0.0 Ok\r\n")},
        {"EHLO c\r\nMAIL FROM:<a@b>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
         hello_reply +
             std::string("250 2.1.0 Sender ok\r\n503 5.5.1 RCPT first\r\n250 2.0.0 Ok\r\n")},
        {envelope + "BDAT 4 LAST\r\na\nb\nNOOP\r\n", envelope_reply + bare + "250 2.0.0 Ok\r\n"},
        {envelope + "BDAT 1 LAST\r\n\rNOOP\r\n", envelope_reply + bare + "250 2.0.0 Ok\r\n"},
        {envelope + "BDAT 3\r\na\r\nDATA\r\n", envelope_reply +
                                                   "250 2.0.0 3 octets received\r\n"
                                                   "503 5.5.1 The content comes by BDAT\r\n"},
        {envelope + "BDAT x\r\nNOOP\r\n",
         envelope_reply + "501 5.5.4 Syntax: BDAT size [LAST]; closing connection\r\n"},
        {envelope + "BDAT 99999999999\r\n",
         envelope_reply + "552 5.3.4 The chunk is too large; closing connection\r\n"},
        {"BDAT 5\r\nQUIT\r\n", "503 5.5.1 Say hello first\r\n"},
    };
    for (const auto& each : table) {
        smtp_server with;
        EXPECT_EQ(with.dialogue(each.input), each.expected) << each.input;
        with.stop();
        EXPECT_EQ(with.host.open_transactions(), 0) << each.input;
        EXPECT_TRUE(with.host.messages().empty());
    }
}

TEST(lmtp, answers_for_every_recipient) {
    smtp_server with([](settings& values) { values.is_lmtp = true; });
    with.host.on_commit = [](wp_receipt& receipt) {
        ASSERT_EQ(receipt.result_count, 2u);
        receipt.results[1].status = WP_OVERQUOTA;
        fill_error(&receipt.results[1], error(WP_OVERQUOTA, 552, 5, 2, 2, "Mailbox full"));
    };
    EXPECT_EQ(with.dialogue(
                  "EHLO c\r\nLHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nRCPT TO:<unknown@b>\r\n"
                  "RCPT TO:<c@b>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"),
              "500 5.5.2 Command not recognised\r\n250-mx.test\r\n250 PIPELINING\r\n250 2.1.0 "
              "Sender ok\r\n"
              "250 2.1.5 Recipient ok\r\n550 5.1.1 No such user\r\n250 2.1.5 Recipient ok\r\n"
              "354 End data with <CRLF>.<CRLF>\r\n250 2.0.0 Ok\r\n552 5.2.2 Mailbox full\r\n221 "
              "2.0.0 Goodbye\r\n");
    EXPECT_EQ(with.host.messages().at(0).protocol, "LMTP");
    EXPECT_EQ(with.host.messages().at(0).client_flags, WP_CLIENT_FINAL);
}

TEST(lmtp, a_refused_content_is_refused_for_every_recipient) {
    smtp_server with([](settings& values) { values.is_lmtp = true; });
    const std::string heard = with.dialogue(
        "LHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@b>\r\nDATA\r\nx\ny\r\n.\r\n");
    EXPECT_TRUE(heard.ends_with("<CRLF>.<CRLF>\r\n" + bare + bare)) << heard;
}

TEST(starttls, refuses_commands_injected_behind_it) {
    const net::test::self_signed folder;
    const auto files = folder.make("mx.test");
    smtp_server with([&](settings& values) { values.tls = *net::tls_context::load({&files, 1}); });
    EXPECT_EQ(with.dialogue("EHLO c\r\nSTARTTLS\r\nMAIL FROM:<evil@b>\r\n"),
              hello_reply +
                  std::string("554 5.5.1 Commands behind STARTTLS; closing connection\r\n"));
    client peer = with.connect();
    peer.say("EHLO c\r\nSTARTTLS\r\n");
    EXPECT_TRUE(peer.hear(29 + 30).ends_with("220 2.0.0 Ready to start TLS\r\n"));
    peer.say("MAIL FROM:<evil@b>\r\nMAIL FROM:<evil@b>\r\n");
    EXPECT_EQ(peer.hear_all().find("250"), std::string::npos);
}

} // namespace
} // namespace waypost::smtp::test
