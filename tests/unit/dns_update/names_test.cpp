// SPDX-License-Identifier: Apache-2.0
// R7.3: names that may go into a DNS message.
#include "names.hpp"

#include <gtest/gtest.h>

namespace waypost::dns {
namespace {

TEST(dns_names, are_folded_and_refused_when_they_are_no_names) {
    const std::pair<std::string, std::string> good[] = {
        {"Example.COM.", "example.com"},
        {"_25._tcp.mx.example.com", "_25._tcp.mx.example.com"},
        {"*.example.com", "*.example.com"}};
    for (const auto& [from, to] : good) {
        const auto name = folded_name(from);
        ASSERT_TRUE(name) << from;
        EXPECT_EQ(*name, to);
    }
    const std::string_view bad[] = {"",      ".",       "a..b",        "a b.example",      "a.*.b",
                                    "a/b.c", "a\\046b", "a\n.example", "b\xc3\xbc.example"};
    for (const auto from : bad)
        EXPECT_FALSE(folded_name(from)) << from;
    EXPECT_FALSE(folded_name(std::string(64, 'a')));
}

TEST(dns_names, below_a_zone_means_at_a_label) {
    EXPECT_TRUE(within("example.com", "example.com"));
    EXPECT_TRUE(within("a.example.com", "example.com"));
    EXPECT_FALSE(within("badexample.com", "example.com"));
    EXPECT_FALSE(within("com", "example.com"));
}

TEST(dns_names, a_change_cannot_smuggle_a_second_record) {
    wp_dns_change from{};
    from.struct_size = sizeof from;
    from.kind = WP_DNS_ADD;
    from.record = {sizeof(wp_record), 300, to_abi("a.example.com"), to_abi("TXT"),
                   to_abi("\"x\"\nb.example.com. 1 IN A 192.0.2.1")};
    const auto made = checked_change(from);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.failure().status, WP_INVALID);
}

} // namespace
} // namespace waypost::dns
