// SPDX-License-Identifier: Apache-2.0
// Pure parsers of POP3: command lines, AUTH PLAIN, where TOP stops.
#include "parse/command.hpp"
#include "parse/plain.hpp"
#include "parse/top.hpp"

#include <gtest/gtest.h>

namespace waypost::pop3 {
namespace {

using namespace std::string_literals;

TEST(pop3_parse, keywords_come_in_any_case_and_arguments_stay_as_they_are) {
    struct {
        const char* line;
        verb what;
        const char* argument;
    } const table[] = {{"QUIT", verb::quit, ""},
                       {"quit ", verb::quit, ""},
                       {"uSeR ann", verb::user, "ann"},
                       {"PASS  two  words ", verb::pass, " two  words "},
                       {"RETR 1", verb::retr, "1"},
                       {"TOP 1 0", verb::top, "1 0"},
                       {"QUITE", verb::unknown, ""},
                       {"", verb::unknown, ""},
                       {" USER x", verb::unknown, "USER x"},
                       {"USER\tx", verb::unknown, ""}};
    for (const auto& each : table) {
        const command got = parse_command(each.line);
        EXPECT_EQ(got.what, each.what) << each.line;
        EXPECT_EQ(got.argument, each.argument) << each.line;
    }
}

TEST(pop3_parse, numbers_are_digits_from_one_up) {
    EXPECT_EQ(parse_number("1"), 1U);
    EXPECT_EQ(parse_number("4294967295"), 4294967295U);
    for (const char* bad :
         {"", "0", "-1", "+1", " 1", "1 ", "1a", "4294967296", "99999999999999999999"})
        EXPECT_FALSE(parse_number(bad)) << bad;
    EXPECT_EQ(parse_top("3 0")->message, 3U);
    for (const char* bad : {"", "1", "1 ", "0 1", "1 -1", "1 2 3", "1  2"})
        EXPECT_FALSE(parse_top(bad)) << bad;
}

TEST(pop3_parse, plain_has_three_parts_and_strict_base64) {
    const auto plain = parse_plain("AGFubgBzZWNyZXQ="); // \0ann\0secret
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->authorize, "");
    EXPECT_EQ(plain->name, "ann");
    EXPECT_EQ(plain->secret, "secret");
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("AAA="), "\0\0"s);
    for (const char* bad :
         {"=", "A", "AGFubgBzZWNyZXQ", "AGFubgBzZWNyZXR=", "AG Fubg=", "AAA=AAA=", "====", "AB=A"})
        EXPECT_FALSE(decode_base64(bad)) << bad;
    for (const char* bad : {"", "=", "YW5u", "AGFubgA=", "AABzZWNyZXQ=", "AGEAYgBj"})
        EXPECT_FALSE(parse_plain(bad)) << bad;
}

TEST(pop3_parse, top_stops_behind_the_header_and_so_many_lines) {
    const std::string message = "A: 1\r\nB: 2\r\n\r\none\r\ntwo\r\nthree";
    const auto cut = [&](std::uint32_t lines) {
        top_cutter cutter(lines);
        return message.substr(0, cutter.take(message));
    };
    EXPECT_EQ(cut(0), "A: 1\r\nB: 2\r\n\r\n");
    EXPECT_EQ(cut(1), "A: 1\r\nB: 2\r\n\r\none\r\n");
    EXPECT_EQ(cut(9), message);
    top_cutter no_body(5);
    EXPECT_EQ(no_body.take("A: 1\r\n"), 6U);
    EXPECT_FALSE(no_body.done());
}

} // namespace
} // namespace waypost::pop3
