// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#include <gtest/gtest.h>

namespace waypost::routes_static {
namespace {

TEST(rows, of_each_kind) {
    auto one = parse_row("Example.ORG relay [192.0.2.1] lmtp-out");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->what, row::kind::relay);
    EXPECT_EQ(one->name, "example.org");
    EXPECT_EQ(one->target, "[192.0.2.1]");
    EXPECT_EQ(one->channel, "lmtp-out");
    one = parse_row("  old.example\talias  New.example ");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->what, row::kind::domain_alias);
    EXPECT_EQ(one->target, "new.example");
    one = parse_row("Ann@example.com forward Bob@example.org");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->what, row::kind::forward);
    EXPECT_EQ(one->name, "ann@example.com");
    EXPECT_EQ(one->target, "Bob@example.org");
}

TEST(rows, refuses_what_is_none) {
    for (const auto* line : {"", "example.org", "example.org relay", "example.org relay a b c",
                             "a@b relay c", "example.org forward a@b", "a@b forward c",
                             "example.org alias Example.org", "example.org deliver x"})
        EXPECT_FALSE(parse_row(line)) << line;
}

} // namespace
} // namespace waypost::routes_static
