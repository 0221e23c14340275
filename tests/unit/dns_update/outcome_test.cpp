// SPDX-License-Identifier: Apache-2.0
// R7.4: recognises a batch that has been carried out before.
#include "outcome.hpp"

#include <gtest/gtest.h>

namespace waypost::dns {
namespace {

record mx(std::string data) {
    return {"example.com", "MX", std::move(data), 300};
}

bool so(const std::vector<record>& now, const std::vector<change>& changes) {
    record_set set{"example.com", "MX", ldns_ptr<ldns_rr_list>(ldns_rr_list_new())};
    for (const auto& one : now)
        ldns_rr_list_push_rr(set.now.get(), parsed(one)->release());
    const auto outcome = already_so(set, changes);
    EXPECT_TRUE(outcome);
    return outcome && *outcome;
}

TEST(dns_outcome, a_new_set_is_done_when_it_holds_exactly_what_was_added) {
    const std::vector<change> batch{{WP_DNS_REQUIRE_ABSENT, mx("")},
                                    {WP_DNS_ADD, mx("10 mail.example.com.")}};
    EXPECT_TRUE(so({mx("10 MAIL.example.com.")}, batch));
    EXPECT_FALSE(so({}, batch));
    EXPECT_FALSE(so({mx("10 foreign.example.net.")}, batch));
    EXPECT_FALSE(so({mx("10 mail.example.com."), mx("20 foreign.example.net.")}, batch));
}

TEST(dns_outcome, a_replaced_record_is_done_when_the_old_one_is_gone) {
    const std::vector<change> batch{{WP_DNS_REQUIRE, mx("10 old.example.com.")},
                                    {WP_DNS_REMOVE, mx("10 old.example.com.")},
                                    {WP_DNS_ADD, mx("10 new.example.com.")}};
    EXPECT_TRUE(so({mx("10 new.example.com.")}, batch));
    EXPECT_FALSE(so({mx("10 old.example.com.")}, batch));
    EXPECT_FALSE(so({mx("10 old.example.com."), mx("10 new.example.com.")}, batch));
}

} // namespace
} // namespace waypost::dns
