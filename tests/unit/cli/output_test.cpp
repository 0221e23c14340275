// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace waypost::kernel::cli {
namespace {

TEST(output, aligns_columns_also_with_umlauts_and_ends_no_line_with_spaces) {
    std::ostringstream out;
    print_table(out, {{"USER", "user"}, {"NAME", "name"}, {"N", "n"}},
                {{{"user", "ann@example.com"}, {"name", "Jörg"}, {"n", 5}},
                 {{"user", "b@c"}, {"n", json()}}},
                "none");
    EXPECT_EQ(out.str(), "USER             NAME  N\n"
                         "ann@example.com  Jörg  5\n"
                         "b@c              -     -\n");
}

TEST(output, says_what_an_empty_table_means) {
    std::ostringstream out;
    print_table(out, {{"ID", "id"}}, {}, "the queue is empty");
    EXPECT_EQ(out.str(), "the queue is empty\n");
}

TEST(output, indents_nested_fields_and_lists_of_objects) {
    std::ostringstream out;
    print_fields(
        out,
        json::parse(R"({"a": 1, "long": {"b": true}, "list": [{"x": "1"}, {"x": ["2", "3"]}]})"));
    EXPECT_EQ(out.str(), "a     1\nlist\n  x  1\n\n  x  2, 3\nlong\n  b  yes\n");
}

TEST(output, lets_no_name_drive_the_terminal) {
    EXPECT_EQ(harmless("a\x1b[31m\n\x7f"), "a\\x1b[31m\\x0a\\x7f");
    EXPECT_EQ(harmless("\xc2\x9b"
                       "31m"),
              "\\x9b31m");
    EXPECT_EQ(harmless("Jörg"), "Jörg");
}

} // namespace
} // namespace waypost::kernel::cli
