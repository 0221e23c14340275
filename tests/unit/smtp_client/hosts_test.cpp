// SPDX-License-Identifier: Apache-2.0
#include "client/hosts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace waypost::smtp::client;

namespace {

using names = std::vector<std::string>;

waypost::result<names> order(std::vector<mx_record> records) {
    return order_hosts(
        "example.org", std::move(records),
        [](std::string_view host) { return host == "us.example"; },
        [](std::span<mx_record> equal) { std::reverse(equal.begin(), equal.end()); });
}

TEST(hosts, come_by_preference_and_equal_ones_as_they_are_shuffled) {
    EXPECT_EQ(*order({{20, "c"}, {10, "a"}, {10, "b"}}), (names{"b", "a", "c"}));
    EXPECT_EQ(*order({{10, "a"}, {20, "a"}}), (names{"a"}));
}

TEST(hosts, that_would_hand_it_back_are_left_out) {
    EXPECT_EQ(*order({{10, "a"}, {20, "us.example"}, {20, "b"}, {30, "c"}}), (names{"a"}));
    const auto loop = order({{10, "us.example"}, {20, "b"}});
    ASSERT_FALSE(loop);
    EXPECT_EQ(loop.failure().status, WP_PERMFAIL);
    EXPECT_EQ(loop.failure().enhanced[2], 6);
}

TEST(hosts, a_null_mx_takes_nothing_unless_it_is_not_alone) {
    ASSERT_FALSE(order({{0, "."}}));
    EXPECT_EQ(order({{0, "."}}).failure().enhanced[2], 10);
    EXPECT_EQ(*order({{0, "."}, {10, "a"}}), (names{"a"}));
}

TEST(hosts, are_bounded) {
    std::vector<mx_record> many;
    many.reserve(100);
    for (int i = 0; i < 100; ++i)
        many.push_back({10, "h" + std::to_string(i)});
    EXPECT_EQ(order(many)->size(), max_hosts);
}

TEST(hosts, a_record_is_a_number_and_a_name) {
    EXPECT_EQ(parse_mx("10 Mail.Example.org.")->host, "mail.example.org");
    EXPECT_EQ(parse_mx("0 .")->host, ".");
    for (const auto* bad : {"", "10", "x mail", "70000 mail", " mail"})
        EXPECT_FALSE(parse_mx(bad)) << bad;
}

} // namespace
