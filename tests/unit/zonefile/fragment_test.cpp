// SPDX-License-Identifier: Apache-2.0
// The file of records: changes, requirements, and what it does not take.
#include "fragment.hpp"

#include <gtest/gtest.h>

namespace waypost::zonefile {
namespace {

dns::change add(const std::string& owner, const std::string& type, const std::string& data) {
    return {WP_DNS_ADD, {owner, type, data, 60}};
}

TEST(fragment, a_batch_is_done_once_however_often_it_comes) {
    auto rows = fragment::parse("");
    ASSERT_TRUE(rows);
    const std::vector<dns::change> batch{{WP_DNS_REQUIRE_ABSENT, {"a.example", "MX", {}, 0}},
                                         add("a.example", "MX", "10 Mail.example.com."),
                                         add("_dmarc.a.example", "TXT", "\"v=DMARC1; p=none\"")};
    ASSERT_TRUE(rows->apply(batch));
    const auto once = rows->text();
    EXPECT_NE(once.find("a.example.\t60\tIN\tMX\t10 mail.example.com.\n"), std::string::npos);
    ASSERT_TRUE(rows->apply(batch));
    EXPECT_EQ(rows->text(), once);
    const auto again = fragment::parse(once);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->text(), once);
}

TEST(fragment, a_set_of_others_is_a_conflict_and_nothing_is_done) {
    auto rows = fragment::parse("a.example. 60 IN MX 20 other.\n");
    ASSERT_TRUE(rows);
    const auto before = rows->text();
    const auto done = rows->apply({add("b.example", "A", "192.0.2.1"),
                                   {WP_DNS_REQUIRE_ABSENT, {"a.example", "MX", {}, 0}},
                                   add("a.example", "MX", "10 mail.")});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.failure().status, WP_CONFLICT);
    EXPECT_EQ(rows->text(), before);
}

TEST(fragment, removal_takes_a_record_or_a_set) {
    auto rows = fragment::parse("a.example. 60 IN A 192.0.2.1\na.example. 60 IN A 192.0.2.2\n"
                                "a.example. 60 IN MX 10 m.\n");
    ASSERT_TRUE(rows);
    ASSERT_TRUE(rows->apply({{WP_DNS_REMOVE, {"a.example", "A", "192.0.2.1", 0}}}));
    EXPECT_EQ(rows->text().find("192.0.2.1"), std::string::npos);
    EXPECT_NE(rows->text().find("192.0.2.2"), std::string::npos);
    ASSERT_TRUE(rows->apply({{WP_DNS_REMOVE, {"a.example", "A", {}, 0}}}));
    EXPECT_EQ(rows->text().find("192.0.2.2"), std::string::npos);
    EXPECT_NE(rows->text().find("MX"), std::string::npos);
}

TEST(fragment, refuses_what_is_no_record) {
    for (const auto* text : {"$INCLUDE /etc/passwd\n", "a.example. IN A 192.0.2.1\n", "hello\n",
                             "a.example 60 IN A 192.0.2.1\n", "a.example. 60 IN A 192.0.2\n"})
        EXPECT_FALSE(fragment::parse(text)) << text;
    EXPECT_TRUE(fragment::parse("; a comment\n\na.example. 60 IN A 192.0.2.1"));
    auto rows = fragment::parse("");
    EXPECT_FALSE(rows->apply({add("a.example", "A", "no address")}));
}

} // namespace
} // namespace waypost::zonefile
