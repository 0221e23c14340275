// SPDX-License-Identifier: Apache-2.0
// The gates before a message may make a domain, the records of a domain, and what is kept of it.
#include "provisioning/dns.hpp"
#include "provisioning/gates.hpp"
#include "provisioning/journal.hpp"
#include "provisioning/proof.hpp"
#include "provisioning/public_dns.hpp"
#include "provisioning/record_data.hpp"
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
    for (const auto* line : {"", "@", "@ MX", "@ mx 10 a.", "www.other.org. A 192.0.2.1",
                             "a..b A 192.0.2.1", "*.a A 192.0.2.1", "@ TXT v=spf1 mx ~all"})
        EXPECT_FALSE(parse_template(line)) << line;
}

TEST(records, compare_as_data) {
    struct row {
        const char *type, *a, *b;
        bool same;
    };
    const row rows[] = {
        {"MX", "10  Mail.Example.COM.", "10 mail.example.com.", true},
        {"MX", "10 mail.example.com.", "20 mail.example.com.", false},
        {"TXT", "\"a  B\"", "\"a  B\"", true},
        {"TXT", "\"a  B\"", "\"a b\"", false},
        {"TXT", "\"ab\" \"cd\"", "\"abcd\"", true},
        {"TXT", "\"a\\;b\\098\"", "\"a;bb\"", true},
        {"TXT", "\"a", "\"a\"", false},
        {"AAAA", "2001:DB8:0::1", "2001:db8::1", true},
        {"AAAA", "2001:db8::2", "2001:db8::1", false},
        {"TLSA", "3 1 1 ABCD EF", "3 1 1 abcdef", true},
        {"TLSA", "3 1 1 abcdef", "3 1 2 abcdef", false},
        {"CAA", "0 ISSUE ca.example", "0 issue \"ca.example\"", true},
        {"CAA", "0 issue \"CA.example\"", "0 issue \"ca.example\"", false},
        {"SRV", "0 1 993 Mail.", "0 1 993 mail.", true},
    };
    for (const auto& one : rows)
        EXPECT_EQ(same_data(one.type, one.a, one.b), one.same) << one.a << " | " << one.b;
}

TEST(records, long_text_is_divided) {
    const std::string key(300, 'k');
    const auto made = divided_text("\"v=DKIM1; p=" + key + "\"");
    ASSERT_TRUE(made);
    EXPECT_EQ(*made, "\"v=DKIM1; p=" + key.substr(0, 244) + "\" \"" + key.substr(244) + "\"");
    EXPECT_EQ(*divided_text("\"a\" \"b\""), "\"a\" \"b\"");
    const std::string escapes = std::string(255, 'x') + "\\\"\\200";
    EXPECT_EQ(*divided_text('"' + escapes + '"'), '"' + std::string(255, 'x') + "\" \"\\\"\\200\"");
    EXPECT_FALSE(divided_text("v=spf1 mx ~all"));
    EXPECT_FALSE(divided_text("\"open"));
    const auto all = expand({*parse_template("s1._domainkey TXT \"" + key + "\"")}, "a.example",
                            "mail.example.com", 60);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].owner, "s1._domainkey.a.example");
    EXPECT_EQ(all[0].data, '"' + key.substr(0, 255) + "\" \"" + key.substr(255) + '"');
}

TEST(proof, a_key_is_kept_and_a_token_is_of_one_domain) {
    char name[] = "/tmp/waypost-test-XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(name);
    const auto one = proof::open(folder / "key");
    const auto same = proof::open(folder / "key");
    const auto other = proof::open(folder / "other");
    ASSERT_TRUE(one && same && other);
    const auto token = one->token("a.example");
    EXPECT_EQ(token.size(), 40U);
    EXPECT_EQ(token, same->token("a.example"));
    EXPECT_NE(token, one->token("b.example"));
    EXPECT_NE(token, other->token("a.example"));
    EXPECT_TRUE(one->is_proved("a.example", {"\"v=spf1\"", '"' + token + '"'}));
    EXPECT_FALSE(one->is_proved("a.example", {}));
    EXPECT_FALSE(one->is_proved("a.example", {'"' + token + "0\""}));
    std::filesystem::resize_file(folder / "key", 5);
    EXPECT_FALSE(proof::open(folder / "key"));
    std::filesystem::remove_all(folder);
}

TEST(public_dns, wanted_records_beside_others_are_right) {
    const std::vector<dns_record> wanted{{"a.example", "MX", "10 mail.", 60},
                                         {"a.example", "TXT", "\"x\"", 60},
                                         {"b.a.example", "A", "192.0.2.1", 60}};
    const auto seen = look_in_public(
        [](const std::string&, const std::string& type) -> result<std::vector<std::string>> {
            if (type == "MX")
                return std::vector<std::string>{"20 other.", "10 MAIL."};
            return type == "TXT" ? std::vector<std::string>{"\"y\""} : std::vector<std::string>();
        },
        wanted);
    ASSERT_TRUE(seen);
    ASSERT_EQ(seen->size(), 3U);
    EXPECT_EQ((*seen)[0].found, set_report::finding::right);
    EXPECT_EQ((*seen)[1].found, set_report::finding::other);
    EXPECT_EQ((*seen)[2].found, set_report::finding::absent);
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
