// SPDX-License-Identifier: Apache-2.0
#include "parse/command.hpp"
#include "parse/text.hpp"

#include <waypost/abi/draft/ingress.h>

#include <gtest/gtest.h>

#include <string>

namespace waypost::smtp {
namespace {

TEST(command, is_known_in_any_case_and_gives_its_argument) {
    const struct {
        std::string_view line;
        verb what;
        std::string_view argument;
    } table[] = {
        {"MAIL FROM:<a@b>", verb::mail, "FROM:<a@b>"},
        {"mail from:<a@b>  ", verb::mail, "from:<a@b>"},
        {"rCpT  TO:<a@b>", verb::rcpt, "TO:<a@b>"},
        {"DATA", verb::data, ""},
        {"DATA ", verb::data, ""},
        {"BDAT 10 LAST", verb::bdat, "10 LAST"},
        {"ehlo x", verb::ehlo, "x"},
        {"HELO x", verb::helo, "x"},
        {"LHLO x", verb::lhlo, "x"},
        {"RSET", verb::rset, ""},
        {"NOOP whatever", verb::noop, "whatever"},
        {"QUIT", verb::quit, ""},
        {"VRFY a", verb::vrfy, "a"},
        {"EXPN a", verb::expn, "a"},
        {"HELP", verb::help, ""},
        {"STARTTLS", verb::starttls, ""},
        {"AUTH PLAIN =", verb::auth, "PLAIN ="},
        {"ETRN x", verb::etrn, "x"},
        {"", verb::unknown, ""},
        {" MAIL FROM:<a@b>", verb::unknown, ""},
        {"MAILFROM:<a@b>", verb::unknown, ""},
        {"GET / HTTP/1.1", verb::unknown, ""},
        {std::string_view("DATA\0", 5), verb::unknown, ""},
        {"NOOP\tx", verb::unknown, ""},
    };
    for (const auto& each : table) {
        const command got = parse_command(each.line);
        EXPECT_EQ(got.what, each.what) << each.line;
        EXPECT_EQ(got.argument, each.argument) << each.line;
    }
}

TEST(mail, takes_all_parameters) {
    const auto got =
        parse_mail("FROM:<a@b.org> SIZE=1234 body=8bitmime SMTPUTF8 RET=HDRS ENVID=QQ+3D314 "
                   "AUTH=<> REQUIRETLS");
    ASSERT_TRUE(got);
    EXPECT_EQ(got->from.to.address, "a@b.org");
    EXPECT_EQ(got->size, 1234u);
    EXPECT_TRUE(got->has_size);
    EXPECT_EQ(got->body, body_kind::eight_bit);
    EXPECT_TRUE(got->smtputf8);
    EXPECT_TRUE(got->require_tls);
    EXPECT_EQ(got->ret, return_kind::headers);
    EXPECT_EQ(got->envid, "QQ+3D314");
    EXPECT_EQ(got->auth, "<>");
}

TEST(mail, answers_mistakes_with_the_right_code) {
    const struct {
        std::string argument;
        unsigned code; // 0: good
        unsigned detail;
    } table[] = {
        {"FROM:<>", 0, 0},
        {"from: <a@b>", 0, 0},
        {"FROM:<a@b> SIZE=0", 0, 0},
        {"FROM:<a@b> SIZE=18446744073709551615", 0, 0},
        {"FROM:<a@b> BODY=BINARYMIME", 0, 0},
        {"FROM:<\xc3\xa4@b> SMTPUTF8", 0, 0},
        {"FROM:<\xc3\xa4@b>", 553, 7},
        {"FROM:a@b", 501, 7},
        {"FROM <a@b>", 501, 4},
        {"FROM", 501, 4},
        {"", 501, 4},
        {"TO:<a@b>", 501, 4},
        {"FROM:<a@b>SIZE=1", 501, 4},
        {"FROM:<a@b> SIZE", 501, 4},
        {"FROM:<a@b> SIZE=", 501, 4},
        {"FROM:<a@b> SIZE=x", 501, 4},
        {"FROM:<a@b> SIZE=-1", 501, 4},
        {"FROM:<a@b> SIZE=18446744073709551616", 501, 4},
        {"FROM:<a@b> SIZE=123456789012345678901", 501, 4},
        {"FROM:<a@b> SIZE=1 size=1", 501, 4},
        {"FROM:<a@b> BODY=9BIT", 501, 4},
        {"FROM:<a@b> RET=ALL", 501, 4},
        {"FROM:<a@b> ENVID=a+0D+0Ab", 501, 4},
        {"FROM:<a@b> ENVID=a+", 501, 4},
        {"FROM:<a@b> ENVID=" + std::string(101, 'e'), 501, 4},
        {"FROM:<a@b> SMTPUTF8=1", 501, 4},
        {"FROM:<a@b> XFOO=1", 555, 4},
        {"FROM:<a@b> =1", 501, 4},
        {"FROM:<a@b> -A=1", 501, 4},
        {"FROM:<a@b> A B C D E F G H I J K L M N O P Q", 555, 4},
    };
    for (const auto& each : table) {
        const auto got = parse_mail(each.argument);
        ASSERT_EQ(static_cast<bool>(got), each.code == 0) << each.argument;
        if (got)
            continue;
        EXPECT_EQ(got.failure().smtp, each.code) << each.argument;
        EXPECT_EQ(got.failure().enhanced[2], each.detail) << each.argument;
    }
}

TEST(rcpt, takes_dsn_parameters) {
    const auto got =
        parse_rcpt("TO:<a@b.org> NOTIFY=success,DELAY ORCPT=rfc822;Bob+2Bx@example.com", false);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->notify, WP_NOTIFY_SUCCESS | WP_NOTIFY_DELAY);
    EXPECT_EQ(got->orcpt_type, "rfc822");
    EXPECT_EQ(decode_xtext(got->orcpt), "Bob+x@example.com");
    EXPECT_EQ(parse_rcpt("TO:<a@b> NOTIFY=NEVER", false)->notify, WP_NOTIFY_NEVER);
    EXPECT_TRUE(parse_rcpt("TO:<a@b> ORCPT=utf-8;\\x{E4}@b", false));
    EXPECT_TRUE(parse_rcpt("TO:<Postmaster>", false));
}

TEST(rcpt, refuses_malformed_parameters) {
    for (const char* bad : {"TO:<>", "TO:<a>", "TO:<a@b> NOTIFY", "TO:<a@b> NOTIFY=NEVER,SUCCESS",
                            "TO:<a@b> NOTIFY=SUCCESS,SUCCESS", "TO:<a@b> NOTIFY=SUCCESS,",
                            "TO:<a@b> ORCPT=a@b", "TO:<a@b> ORCPT=;a", "TO:<a@b> ORCPT=rfc822;",
                            "TO:<a@b> ORCPT=rfc822;a+0Ab", "TO:<a@b> ORCPT=utf-8;\\x{D800}",
                            "TO:<a@b> ORCPT=utf-8;\\x{0A}", "TO:<a@b> SIZE=1", "TO:<\xc3\xa4@b>"})
        EXPECT_FALSE(parse_rcpt(bad, false)) << bad;
}

TEST(bdat, is_a_size_and_perhaps_last) {
    EXPECT_EQ(parse_bdat("1000")->size, 1000u);
    EXPECT_FALSE(parse_bdat("1000")->is_last);
    EXPECT_TRUE(parse_bdat("0 last")->is_last);
    for (const char* bad : {"", "x", "-1", "1 LASTED", "1 LAST LAST", "99999999999999999999", "1x"})
        EXPECT_FALSE(parse_bdat(bad)) << bad;
}

} // namespace
} // namespace waypost::smtp
