// SPDX-License-Identifier: Apache-2.0
// Which domains get a row by their MX records, and what of the kept file is believed.
#include "rows.hpp"

#include <gtest/gtest.h>

namespace waypost::routes_mx {
namespace {

const std::vector<std::string> hosts{"mail.example.com", "mx2.example.com"};

TEST(mx_rows, only_domains_that_name_this_host) {
    const table from{
        {"backup.example", {{10, "mail.far.example"}, {20, "mail.example.com"}}},
        {"first.example", {{5, "mx2.example.com"}, {20, "mail.far.example"}}},
        {"equal.example", {{10, "mail.example.com"}, {10, "mail.far.example"}}},
        {"both.example", {{10, "mail.example.com"}, {20, "mx2.example.com"}}},
        {"foreign.example", {{10, "mail.far.example"}}},
        {"null.example", {{0, "."}}},
    };
    EXPECT_EQ(rows_of(from, hosts, {}), (std::vector<row>{{"backup.example", "backup.example"}}));
    EXPECT_EQ(rows_of(from, hosts, "[192.0.2.1]"),
              (std::vector<row>{{"backup.example", "backup.example"},
                                {"both.example", "[192.0.2.1]"},
                                {"equal.example", "[192.0.2.1]"},
                                {"first.example", "[192.0.2.1]"}}));
}

TEST(mx_rows, parse_and_keep) {
    const auto one = parse_exchanger("10 Mail.Example.COM.");
    ASSERT_TRUE(one);
    EXPECT_EQ(*one, (exchanger{10, "mail.example.com"}));
    for (const auto* bad : {"", "10", "10 ", "x mail.example", "70000 mail.example", "-1 a",
                            "10 bad host", "10 \x01", "10 ."})
        EXPECT_FALSE(parse_exchanger(bad)) << bad;
    const table from{{"a.example", {{10, "x.example"}, {20, "y.example"}}},
                     {"b.example", {{5, "z.example"}}}};
    EXPECT_EQ(decode(encode(from)), from);
    EXPECT_EQ(decode("nonsense\na.example ten x\nb.example 5 z.example").size(), 1u);
    EXPECT_TRUE(decode("").empty());
}

} // namespace
} // namespace waypost::routes_mx
