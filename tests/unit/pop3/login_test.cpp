// SPDX-License-Identifier: Apache-2.0
// Authorization: USER, PASS, AUTH PLAIN, CAPA, codes of refusals, limits (R9.2, R9.4).
#include "fixture.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace waypost::pop3 {
namespace {

class pop3_login : public pop3_test {};
class pop3_refusal : public pop3_test {};
INSTANTIATE_TEST_SUITE_P(host_answers, pop3_login, testing::Values(false, true),
                         [](const auto& each) { return each.param ? "later" : "at_once"; });

net::address from_elsewhere() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(0xC0000207); // 192.0.2.7
    at.sin_port = htons(4000);
    return net::address::from(reinterpret_cast<const sockaddr*>(&at));
}

TEST_P(pop3_login, user_and_pass_open_the_inbox) {
    site.pending = GetParam();
    EXPECT_EQ(in_transaction("STAT\r\nQUIT\r\n"), "+OK 0 0\r\n+OK Goodbye\r\n");
    EXPECT_EQ(site.service_name, "pop3");
}

TEST_P(pop3_login, auth_plain_works_with_and_without_an_initial_response) {
    site.pending = GetParam();
    EXPECT_EQ(talk("AUTH plain AGFubgBzZWNyZXQ=\r\nQUIT\r\n"),
              greeting + "+OK Logged in\r\n+OK Goodbye\r\n");
    EXPECT_EQ(talk("AUTH PLAIN\r\n*\r\nAUTH PLAIN\r\nAGFubgBzZWNyZXQ=\r\nQUIT\r\n"),
              greeting +
                  "+ \r\n-ERR Authentication cancelled\r\n+ \r\n+OK Logged in\r\n+OK Goodbye\r\n");
    EXPECT_EQ(talk("AUTH PLAIN !\r\nAUTH DIGEST-MD5\r\n"),
              greeting +
                  "-ERR The response cannot be read\r\n-ERR This mechanism is not offered\r\n");
}

TEST_P(pop3_login, a_refusal_says_auth_and_a_missing_directory_says_temporary) {
    site.pending = GetParam();
    EXPECT_EQ(talk("USER ann\r\nPASS wrong\r\n"),
              greeting + "+OK Now the password\r\n-ERR [AUTH] Login refused\r\n");
    site.login_status = WP_TEMPFAIL;
    EXPECT_EQ(talk("USER ann\r\nPASS secret\r\n"),
              greeting + "+OK Now the password\r\n-ERR [SYS/TEMP] Login is not possible now, try "
                         "again later\r\n");
}

TEST_P(pop3_login, a_second_session_is_told_in_use_and_may_come_after_quit) {
    site.pending = GetParam();
    auto first = connect();
    first.say("USER ann\r\nPASS secret\r\n");
    const std::string start = greeting + "+OK Now the password\r\n+OK Logged in\r\n";
    EXPECT_EQ(first.hear(start.size()), start);
    EXPECT_EQ(
        talk("USER ann\r\nPASS secret\r\n"),
        greeting +
            "+OK Now the password\r\n-ERR [IN-USE] The mailbox is in use by another session\r\n");
    first.say("QUIT\r\n");
    first.hear_all();
    in_transaction("QUIT\r\n");
}

TEST_P(pop3_login, a_peer_that_leaves_during_the_login_holds_nothing) {
    site.pending = GetParam();
    for (int i = 0; i < 20; ++i) {
        auto to = connect();
        to.say("USER ann\r\nPASS secret\r\n");
    }
    pool->stop();
}

TEST_F(pop3_refusal, passwords_in_the_clear_are_refused_from_elsewhere_unless_allowed) {
    peer = from_elsewhere();
    const std::string refusal =
        "-ERR [AUTH] Passwords are taken on an encrypted connection only: use STLS first\r\n";
    EXPECT_EQ(talk("USER ann\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\nPASS secret\r\n"),
              greeting + refusal + refusal + "-ERR Send USER before PASS\r\n");
    EXPECT_EQ(talk("CAPA\r\n").find("USER"), std::string::npos);
    pool.reset();
    options.allow_plaintext = true;
    EXPECT_EQ(in_transaction("QUIT\r\n"), "+OK Goodbye\r\n");
}

TEST_F(pop3_refusal, capabilities_are_listed_in_both_states) {
    const std::string common =
        "+OK\r\nTOP\r\nUIDL\r\nPIPELINING\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nEXPIRE NEVER\r\n";
    EXPECT_EQ(talk("CAPA\r\n"),
              greeting + common + "USER\r\nSASL PLAIN\r\nIMPLEMENTATION Waypost\r\n.\r\n");
    EXPECT_EQ(in_transaction("CAPA\r\n"), common + "IMPLEMENTATION Waypost\r\n.\r\n");
}

TEST_F(pop3_refusal, commands_of_the_other_state_wrong_lines_and_too_many_errors_are_refused) {
    EXPECT_EQ(talk("STAT\r\nNOOP\r\nFOO\r\nUSER\r\nQUIT now\r\nSTLS\r\n"),
              greeting +
                  "-ERR This command is not allowed now\r\n-ERR This command is not allowed now\r\n"
                  "-ERR Unknown command\r\n-ERR Wrong or missing argument\r\n"
                  "-ERR This command takes no argument\r\n-ERR TLS is not offered\r\n");
    EXPECT_EQ(talk("NOOP\nQUIT\r\n"), greeting + "-ERR Lines must end in CR LF\r\n");
    std::string tall = net::test::long_line(2000, 'A');
    tall += "QUIT\r\n";
    EXPECT_EQ(talk(tall), greeting + "-ERR The command line is too long\r\n+OK Goodbye\r\n");
    std::string many;
    for (int i = 0; i < 30; ++i)
        many += "FOO\r\n";
    EXPECT_TRUE(talk(many).ends_with("-ERR Unknown command\r\n-ERR Too many errors\r\n"));
}

} // namespace
} // namespace waypost::pop3
