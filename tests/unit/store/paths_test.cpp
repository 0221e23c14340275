// SPDX-License-Identifier: Apache-2.0
// Names of mailboxes and LIST patterns.
#include "paths.hpp"

#include <gtest/gtest.h>

namespace waypost::lmdb {
namespace {

TEST(store_paths, inbox_has_one_spelling) {
    EXPECT_EQ(normal_path("inbox"), "INBOX");
    EXPECT_EQ(normal_path("Inbox/a"), "INBOX/a");
    EXPECT_EQ(normal_path("Inboxes"), "Inboxes");
    EXPECT_EQ(normal_path("Gr\xc3\xbc\xc3\x9f"
                          "e"),
              "Gr\xc3\xbc\xc3\x9f"
              "e");
}

TEST(store_paths, bad_names_are_refused) {
    for (const char* bad : {"", "/", "a/", "/a", "a//b", "a\nb", "a*", "a%b", "\xff", "\xc0\xaf",
                            "\xed\xa0\x80", "\xc3"})
        EXPECT_FALSE(normal_path(bad)) << bad;
    EXPECT_FALSE(normal_path(std::string(path_limit + 1, 'a')));
    std::string deep = "a";
    for (std::size_t i = 0; i < level_limit; ++i)
        deep += "/a";
    EXPECT_FALSE(normal_path(deep));
}

TEST(store_paths, patterns_follow_rfc_9051) {
    struct {
        const char* pattern;
        const char* path;
        bool match;
    } const table[] = {{"*", "a/b", true},     {"%", "a", true},         {"%", "a/b", false},
                       {"%/%", "a/b", true},   {"a*c", "a/b/c", true},   {"a%c", "a/c", false},
                       {"a%c", "abc", true},   {"inbox", "INBOX", true}, {"*b", "a/b/b", true},
                       {"%b*", "ab/c", true},  {"", "a", false},         {"a/%", "a/b/c", false},
                       {"*/%", "a/b/c", true}, {"a", "b", false},        {"%%", "a/b", false},
                       {"*%", "a/b", true}};
    for (const auto& each : table)
        EXPECT_EQ(matches(each.pattern, each.path), each.match) << each.pattern << ' ' << each.path;
    EXPECT_TRUE(is_below("a/b", "a"));
    EXPECT_FALSE(is_below("ab", "a"));
}

} // namespace
} // namespace waypost::lmdb
