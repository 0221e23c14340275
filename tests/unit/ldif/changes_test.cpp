// SPDX-License-Identifier: Apache-2.0
#include "file/changes.hpp"

#include <gtest/gtest.h>

namespace {

using namespace waypost::ldif;

std::string group(std::string text) {
    append_commit(text);
    return text;
}

TEST(changes, gives_whole_groups_and_ignores_a_torn_end) {
    const auto whole = changes_header("h") + group("dn: o=a\nchangetype: delete\n\n");
    const auto last = group("dn: o=b\nchangetype: delete\n\n");
    for (std::size_t cut = 0; cut < last.size(); ++cut) {
        const auto text = whole + last.substr(0, cut);
        const auto got = read_changes(text, "h");
        ASSERT_TRUE(got) << cut;
        EXPECT_EQ(got->groups.size(), 1U) << cut;
        EXPECT_EQ(got->good_size, whole.size()) << cut;
    }
    const auto both = whole + last;
    EXPECT_EQ(read_changes(both, "h")->groups.size(), 2U);
}

TEST(changes, takes_a_group_with_lost_bytes_at_the_end_as_torn) {
    const auto whole = changes_header("h") + group("dn: o=a\nchangetype: delete\n\n");
    auto last = group("dn: o=b\nchangetype: delete\n\n");
    last[5] = '\0';
    const auto text = whole + last;
    const auto got = read_changes(text, "h");
    ASSERT_TRUE(got);
    EXPECT_EQ(got->good_size, whole.size());
    const auto more = text + group("dn: o=c\nchangetype: delete\n\n");
    const auto refused = read_changes(more, "h");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.failure().text.find("line 6"), std::string::npos) << refused.failure().text;
}

TEST(changes, skips_what_was_folded_into_this_base) {
    const auto text = changes_header("h") + group("dn: o=a\nchangetype: delete\n\n") +
                      folded_line("new") + group("dn: o=b\nchangetype: delete\n\n");
    EXPECT_EQ(read_changes(text, "h")->groups.size(), 2U);
    EXPECT_EQ(read_changes(text, "new")->groups.size(), 1U);
    EXPECT_EQ(read_changes(text, "edited")->groups.size(), 2U);
}

} // namespace
