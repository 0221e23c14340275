// SPDX-License-Identifier: Apache-2.0
// The gates before a message may make a domain, the records of a domain, and what is kept of it.
#include "provisioning/dns.hpp"
#include "provisioning/gates.hpp"
#include "provisioning/journal.hpp"
#include "provisioning/records_template.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace waypost::kernel::provisioning {
namespace {

TEST(gates, names_that_are_not_for_mail) {
    for (const auto* name : {"localhost", "a.localhost", "x.invalid", "printer.local", "abc.onion",
                             "1.0.127.in-addr.arpa", "b.internal"})
        EXPECT_TRUE(is_reserved(name)) << name;
    for (const auto* name : {"example.com", "notlocal", "onion.example.com"})
        EXPECT_FALSE(is_reserved(name)) << name;
    EXPECT_TRUE(is_public_suffix("co.uk"));
    EXPECT_TRUE(is_public_suffix("com"));
    EXPECT_FALSE(is_public_suffix("example.co.uk"));
}

TEST(gates, a_suffix_holds_what_is_below_it) {
    const std::vector<std::string> suffixes{"hosted.example"};
    EXPECT_TRUE(is_below_any("a.hosted.example", suffixes));
    EXPECT_TRUE(is_below_any("a.b.hosted.example", suffixes));
    EXPECT_FALSE(is_below_any("hosted.example", suffixes));
    EXPECT_FALSE(is_below_any("unhosted.example", suffixes));
}

TEST(gates, neighbours_count_as_one_client) {
    EXPECT_EQ(network_of("192.0.2.7"), network_of("192.0.2.200"));
    EXPECT_NE(network_of("192.0.2.7"), network_of("192.0.3.7"));
    EXPECT_EQ(network_of("2001:db8:1:2::3"), network_of("2001:db8:1:ffff::1"));
    EXPECT_NE(network_of("2001:db8:1::1"), network_of("2001:db8:2::1"));
}

TEST(gates, a_day_has_a_limit) {
    daily_limit limit(2, 3);
    const auto now = std::chrono::steady_clock::now();
    EXPECT_TRUE(limit.take("a", now));
    EXPECT_TRUE(limit.take("a", now));
    EXPECT_FALSE(limit.take("a", now));
    EXPECT_TRUE(limit.take("b", now));
    EXPECT_FALSE(limit.take("c", now)); // of all
    EXPECT_TRUE(limit.take("a", now + std::chrono::hours(25)));
}

TEST(records, of_a_domain) {
    std::vector<record_template> all;
    for (const auto* line : {"@ MX 10 {hostname}.", "mail CNAME {hostname}.",
                             "_dmarc TXT \"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\""})
        all.push_back(*parse_template(line));
    const auto made = expand(all, "example.com", "mail.example.com", 60);
    ASSERT_EQ(made.size(), 2U); // mail.example.com is no alias of itself
    EXPECT_EQ(made[0], (dns_record{"example.com", "MX", "10 mail.example.com.", 60}));
    EXPECT_EQ(made[1].owner, "_dmarc.example.com");
    EXPECT_EQ(made[1].data, "\"v=DMARC1; p=none; rua=mailto:postmaster@example.com\"");
    EXPECT_EQ(expand(all, "other.org", "mail.example.com", 60).size(), 3U);
}

TEST(records, refuses_lines_that_are_none) {
    for (const auto* line : {"", "@", "@ MX", "@ mx 10 a.", "www.other.org. A 192.0.2.1"})
        EXPECT_FALSE(parse_template(line)) << line;
}

TEST(records, compare_as_data) {
    EXPECT_TRUE(same_data("10  Mail.Example.COM.", "10 mail.example.com."));
    EXPECT_FALSE(same_data("10 mail.example.com.", "20 mail.example.com."));
    EXPECT_TRUE(same_data("\"a  B\"", "\"a  B\""));
    EXPECT_FALSE(same_data("\"a  B\"", "\"a b\""));
}

TEST(journal, keeps_what_was_put) {
    char name[] = "/tmp/waypost-test-XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(name);
    domain_record one;
    one.domain = "example.com";
    one.state = progress::dns;
    one.from = origin::message;
    one.asked_by = "client \xff odd";
    one.wanted = {{"mailQuota", {"1G"}}};
    one.entries = {"dc=example,dc=com,o=internet"};
    one.records = {{"example.com", "MX", "10 a.", 60}};
    {
        auto kept = journal::open(folder);
        ASSERT_TRUE(kept);
        ASSERT_TRUE((*kept)->put(one));
    }
    auto again = journal::open(folder);
    ASSERT_TRUE(again);
    const auto found = (*again)->get("example.com");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->state, progress::dns);
    EXPECT_EQ((*found)->records, one.records);
    EXPECT_EQ((*found)->entries, one.entries);
    EXPECT_EQ((*found)->wanted, one.wanted);
    ASSERT_EQ((*again)->all()->size(), 1U);
    ASSERT_TRUE((*again)->erase("example.com"));
    EXPECT_FALSE(*(*again)->get("example.com"));
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace waypost::kernel::provisioning
