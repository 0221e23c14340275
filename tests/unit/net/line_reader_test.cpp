// SPDX-License-Identifier: Apache-2.0
#include <waypost/net/line_reader.hpp>

#include <gtest/gtest.h>

#include <string>

namespace waypost::net {
namespace {

using outcome = line_reader::outcome;

struct row {
    const char* input;
    outcome what;
    const char* line;
    std::size_t consumed;
};

TEST(line_reader, knows_one_line_end_only) {
    const row table[] = {
        {"NOOP\r\n", outcome::line, "NOOP", 6},
        {"\r\n", outcome::line, "", 2},
        {"NOOP\r\nQUIT\r\n", outcome::line, "NOOP", 6},
        {"NOOP", outcome::more, "", 0},
        {"NOOP\r", outcome::more, "", 0},
        {"NOOP\nQUIT\r\n", outcome::bare_lf, "NOOP", 5},
        {"\n", outcome::bare_lf, "", 1},
        {"NO\rOP\r\n", outcome::bare_cr, "NO", 3},
        {"NOOP\r\r\n", outcome::bare_cr, "NOOP", 5},
        {"NO\rOP", outcome::bare_cr, "NO", 3},
        {"", outcome::more, "", 0},
    };
    for (const row& each : table) {
        line_reader reader(64);
        const auto got = reader.next(each.input);
        EXPECT_EQ(got.what, each.what) << each.input;
        EXPECT_EQ(got.line, each.line) << each.input;
        EXPECT_EQ(got.consumed, each.consumed) << each.input;
    }
}

TEST(line_reader, takes_a_line_of_the_limit_and_refuses_one_more) {
    line_reader reader(10);
    EXPECT_EQ(reader.next("12345678\r\n").what, outcome::line);
    EXPECT_EQ(reader.next("123456789\r\n").what, outcome::too_long);
    EXPECT_EQ(reader.next("12345678\r\n").what, outcome::line);
}

TEST(line_reader, reports_a_long_line_once_at_its_end) {
    for (std::size_t step = 1; step < 30; ++step) {
        line_reader reader(10);
        const std::string input = std::string(100, 'x') + "\r\nNOOP\r\n";
        std::string held;
        std::string seen;
        for (std::size_t at = 0; at < input.size(); at += step) {
            held += input.substr(at, step);
            for (;;) {
                const auto got = reader.next(held);
                if (got.what == outcome::too_long)
                    seen += "long ";
                if (got.what == outcome::line)
                    seen += got.line;
                held.erase(0, got.consumed);
                if (got.what == outcome::more)
                    break;
            }
            EXPECT_LE(held.size(), 10 + step);
        }
        EXPECT_EQ(seen, "long NOOP") << step;
    }
}

} // namespace
} // namespace waypost::net
