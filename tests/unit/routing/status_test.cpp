// SPDX-License-Identifier: Apache-2.0
#include "routing/status.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace waypost::kernel::routing {
namespace {

TEST(status, R4_8_the_first_attribute_that_is_not_active_decides) {
    struct row {
        std::string_view inet_domain, mail_domain, inet_user, mail_user;
        state expected;
    };
    const row table[] = {
        {"active", "hold", "active", "active", state::hold},
        {"inactive", "deleted", "active", "active", state::inactive},
        {"active", "active", "deleted", "hold", state::deleted},
        {"", "", "", "disabled", state::disabled},
        {"active", "Bogus", "active", "active", state::inactive},
        {"", "", "", "", state::active},
        {"ACTIVE", "Active", " active ", "active", state::active},
        {"active", "overquota", "active", "deleted", state::overquota},
        {"active", "active", "active", "removed", state::removed},
        {"deleted", "hold", "inactive", "disabled", state::deleted},
        {"hold", "active", "active", "active", state::inactive}, // not a value of inetDomainStatus
        {"active", "active", "disabled", "active",
         state::inactive}, // not a value of inetUserStatus
        {"active", "active", "inactive", "deleted", state::inactive},
    };
    for (const auto& r : table)
        EXPECT_EQ(effective_state(r.inet_domain, r.mail_domain, r.inet_user, r.mail_user),
                  r.expected)
            << r.inet_domain << "," << r.mail_domain << "," << r.inet_user << "," << r.mail_user;
}

TEST(status, active_and_overquota_may_log_in) {
    for (const auto s : {state::active, state::overquota})
        EXPECT_TRUE(may_log_in(s));
    for (const auto s :
         {state::inactive, state::disabled, state::deleted, state::removed, state::hold})
        EXPECT_FALSE(may_log_in(s));
}

TEST(services, rules_are_evaluated_allow_first_then_deny) {
    struct row {
        std::string_view rules, service, client;
        bool expected;
    };
    const row table[] = {
        {"", "imap", "192.0.2.1", true},
        {"+imap:ALL$+pop:ALL$+http:ALL", "imap", "192.0.2.1", true},
        {"+imap:ALL$+pop:ALL$+http:ALL", "smtp", "192.0.2.1", false},
        {"+imap:ALL$+pop:ALL$+http:ALL", "pop3", "192.0.2.1", true},
        {"-imap:*$-pop:*$-http:*", "smtp", "192.0.2.1", true},
        {"-imap:*$-pop:*$-http:*", "imap", "192.0.2.1", false},
        {"-imap:*$-pop:*$-http:*", "imaps", "192.0.2.1", true},
        {"+imaps,pops:*$+imap,pop:192.0.2.9", "imaps", "198.51.100.1", true},
        {"+imaps,pops:*$+imap,pop:192.0.2.9", "imap", "192.0.2.9", true},
        {"+imaps,pops:*$+imap,pop:192.0.2.9", "imap", "192.0.2.8", false},
        {"-imap:ALL$+imap:192.0.2.*", "imap", "192.0.2.7", true},
        {"-imap:ALL$+imap:192.0.2.*", "imap", "198.51.100.7", false},
        {"-imap:ALL$+imap:192.0.2.*", "pop", "198.51.100.7", true},
        {"+imap:ALL EXCEPT 192.0.2.5", "imap", "192.0.2.5", false},
        {"+imap:ALL EXCEPT 192.0.2.5", "imap", "192.0.2.6", true},
        {"+imap:192.0.2.", "imap", "192.0.2.77", true},
        {"+imap:.example.com", "imap", "pc.example.com", true},
        {"+imap:.example.com", "imap", "example.org", false},
        {"+imap:LOCAL", "imap", "127.0.0.1", true},
        {"+imap:LOCAL", "imap", "192.0.2.1", false},
        {"imap:ALL", "imap", "192.0.2.1", false},
        {"+ALL:ALL", "pop3s", "192.0.2.1", true},
    };
    for (const auto& r : table)
        EXPECT_EQ(service_allowed(r.rules, r.service, r.client), r.expected)
            << r.rules << " " << r.service << " " << r.client;
}

TEST(services, a_users_rule_never_widens_what_the_domain_allows) {
    std::mt19937 random(1);
    const std::vector<std::string_view> pieces = {
        "+",   "-", "imap", "pop", "smtp",  "imaps",     ",",      ":",
        "ALL", "*", "$",    " ",   "LOCAL", "192.0.2.*", "EXCEPT", "192.0.2.5"};
    const auto rules = [&] {
        std::string out;
        for (auto n = random() % 12; n > 0; --n)
            out += pieces[random() % pieces.size()];
        return out;
    };
    for (int i = 0; i < 20000; ++i) {
        const auto domain = rules(), user = rules();
        for (const auto service : {"imap", "pop3", "smtp", "imaps"})
            for (const auto client : {"192.0.2.5", "127.0.0.1", "198.51.100.1"}) {
                const bool both = service_allowed(domain, user, service, client);
                EXPECT_TRUE(!both || service_allowed(domain, service, client))
                    << domain << " | " << user;
                EXPECT_TRUE(!both || service_allowed(user, service, client))
                    << domain << " | " << user;
            }
    }
}

TEST(quota, values_have_units_and_minus_two_asks_the_next_level) {
    EXPECT_EQ(parse_quota("100"), 100);
    EXPECT_EQ(parse_quota("5K"), 5 << 10);
    EXPECT_EQ(parse_quota("20m"), 20 << 20);
    EXPECT_EQ(parse_quota("3G"), std::int64_t{3} << 30);
    EXPECT_EQ(parse_quota("0"), 0);
    EXPECT_EQ(parse_quota("-1"), quota_unlimited);
    for (const auto* text : {"", "-2", "-3", "five", "5X", "5MM", "-1K"})
        EXPECT_EQ(parse_quota(text), quota_default) << text;
    EXPECT_EQ(parse_quota("99999999999G"), quota_unlimited);
    EXPECT_EQ(effective_quota(10, 20, 30), 10);
    EXPECT_EQ(effective_quota(quota_default, 20, 30), 20);
    EXPECT_EQ(effective_quota(quota_default, quota_default, 30), 30);
    EXPECT_EQ(effective_quota(quota_unlimited, 20, 30), quota_unlimited);
    EXPECT_EQ(effective_quota(0, 20, 30), 0);
}

} // namespace
} // namespace waypost::kernel::routing
