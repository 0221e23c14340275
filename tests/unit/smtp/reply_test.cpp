// SPDX-License-Identifier: Apache-2.0
#include "parse/limits.hpp"
#include "parse/line_ends.hpp"
#include "parse/reply.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace waypost::smtp {
namespace {

std::string reply(unsigned code, enhanced_code enhanced, std::string_view text) {
    std::string out;
    append_reply(out, code, enhanced, text);
    return out;
}

std::string failure(wp_status status, unsigned code, enhanced_code enhanced, const char* text) {
    wp_error why{};
    why.struct_size = sizeof why;
    why.smtp = static_cast<std::uint16_t>(code);
    why.enhanced[0] = enhanced.cls;
    why.enhanced[1] = enhanced.subject;
    why.enhanced[2] = enhanced.detail;
    std::snprintf(why.text, sizeof why.text, "%s", text);
    std::string out;
    append_failure(out, status, &why, "default");
    return out;
}

TEST(reply, has_one_line_a_line_of_text) {
    EXPECT_EQ(reply(250, {2, 1, 0}, "Ok"), "250 2.1.0 Ok\r\n");
    EXPECT_EQ(reply(220, {}, "x ESMTP"), "220 x ESMTP\r\n");
    EXPECT_EQ(reply(250, {}, "a\nb\nc"), "250-a\r\n250-b\r\n250 c\r\n");
}

TEST(reply, lets_no_foreign_text_forge_a_line) {
    EXPECT_EQ(reply(550, {5, 1, 1}, "a\r250 b\x7f\xc3\xa4"), "550 5.1.1 a 250 b ??\r\n");
    EXPECT_LE(reply(550, {555, 999, 999}, std::string(1000, 'x')).size(), limits::reply_line);
}

TEST(failure, is_completed_from_the_status) {
    EXPECT_EQ(failure(WP_NOT_FOUND, 0, {}, ""), "550 5.1.1 default\r\n");
    EXPECT_EQ(failure(WP_TEMPFAIL, 0, {}, "later"), "451 4.3.0 later\r\n");
    EXPECT_EQ(failure(77, 0, {}, ""), "451 4.3.0 default\r\n");
    EXPECT_EQ(failure(WP_DENIED, 550, {5, 7, 1}, "no relay\n250 ok"),
              "550 5.7.1 no relay 250 ok\r\n");
    EXPECT_EQ(failure(WP_PERMFAIL, 0, {4, 2, 1}, "x"), "451 4.2.1 x\r\n");
    EXPECT_EQ(failure(WP_TEMPFAIL, 550, {}, "x"), "550 5.0.0 x\r\n");
    EXPECT_EQ(failure(WP_TEMPFAIL, 250, {2, 0, 0}, "x"), "451 4.3.0 x\r\n");
}

TEST(line_end_watch, tells_bare_ends_wherever_they_are_split) {
    const struct {
        std::string_view content;
        bool good;
        bool ends;
    } table[] = {{"", true, true},      {"a\r\nb\r\n", true, true}, {"a", true, false},
                 {"\n", false, false},  {"a\n.\r\n", false, true},  {"a\rb\r\n", false, true},
                 {"a\r", false, false}, {"\r\r\n", false, true}};
    for (const auto& each : table)
        for (std::size_t cut = 0; cut <= each.content.size(); ++cut) {
            line_end_watch watch;
            watch.feed(each.content.substr(0, cut));
            watch.feed(each.content.substr(cut));
            EXPECT_EQ(watch.finish(), each.good) << each.content;
            EXPECT_EQ(watch.ends_line(), each.ends) << each.content;
        }
}

} // namespace
} // namespace waypost::smtp
