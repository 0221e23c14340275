// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

namespace waypost::testing {
namespace {

TEST_F(router_test, a_user_of_a_hosted_domain_gets_a_mailbox_without_regard_to_case) {
    load({dc_node("example.com", {{"mailQuota", {"7M"}}}), user_of("example.com", "ann")});
    const auto out = ask("ANN@Example.COM.");
    ASSERT_EQ(out.status, WP_OK);
    ASSERT_EQ(out.destinations.size(), 1u);
    EXPECT_EQ(out.destinations[0].channel, "mailbox");
    EXPECT_EQ(out.destinations[0].account, "ann@example.com");
    EXPECT_EQ(out.destinations[0].quota_bytes, 7 << 20);
    EXPECT_EQ(places("\"ann\"@example.com"), texts{"mailbox:ann@example.com"});
}

TEST_F(router_test, R3_4_strangers_are_refused_for_domains_that_are_not_ours) {
    load({dc_node("example.com")});
    EXPECT_EQ(refusal("x@elsewhere.example"), "550 5.7.1");
    EXPECT_EQ(refusal("x@[192.0.2.1]"), "550 5.7.1");
    EXPECT_EQ(refusal("eve%elsewhere.example@example.com"), "550 5.1.1");
    const auto out = router_->decide("X@Elsewhere.Example", {.may_relay = true});
    ASSERT_EQ(out.destinations.size(), 1u);
    EXPECT_EQ(out.destinations[0].what, destination::kind::relay);
    EXPECT_EQ(out.destinations[0].next_hop, "elsewhere.example");
    EXPECT_EQ(out.destinations[0].address, "X@Elsewhere.Example") << "kept as written";
    EXPECT_EQ(refusal("x@elsewhere.example", {.for_queue = true}), "");
}

TEST_F(router_test, an_address_that_is_none_is_refused) {
    load({dc_node("example.com")});
    for (const auto* address : {"", "ann", "@example.com", "ann@"})
        EXPECT_EQ(refusal(address), "553 5.1.3") << address;
    EXPECT_EQ(refusal(std::string(5000, 'a') + "@example.com"), "553 5.1.3");
    EXPECT_EQ(refusal("a@" + std::string(5000, 'a')), "553 5.1.3");
}

TEST_F(router_test, R3_4_each_state_of_a_domain_answers_as_the_table_says) {
    const std::pair<const char*, const char*> table[] = {
        {"active", ""},           {"inactive", "450 4.2.1"},  {"disabled", "550 5.2.1"},
        {"deleted", "550 5.2.1"}, {"overquota", "452 4.2.2"}, {"hold", ""},
        {"bogus", "450 4.2.1"}};
    std::vector<entry> all{user_of("example.com", "ann")};
    for (const auto& [value, expected] : table) {
        load({dc_node("example.com", {{"mailDomainStatus", {value}}}),
              user_of("example.com", "ann")});
        EXPECT_EQ(refusal("ann@example.com"), expected) << value;
    }
    load({dc_node("example.com", {{"inetDomainStatus", {"deleted"}}})});
    EXPECT_NE(ask("ann@example.com").refusal.text.find("deleted"), std::string::npos);
    load({dc_node("example.com", {{"mailDomainStatus", {"hold"}}})});
    EXPECT_EQ(places("ann@example.com"), texts{"hold:ann@example.com"});
    EXPECT_EQ(refusal("nobody@example.com"), "550 5.1.1");
}

TEST_F(router_test, each_state_of_a_user_answers_as_the_table_says) {
    const std::pair<const char*, const char*> table[] = {
        {"active", ""},           {"inactive", "450 4.2.1"}, {"disabled", "550 5.2.1"},
        {"deleted", "550 5.2.1"}, {"removed", "550 5.2.1"},  {"overquota", "452 4.2.2"},
        {"bogus", "450 4.2.1"}};
    for (const auto& [value, expected] : table) {
        load(
            {dc_node("example.com"), user_of("example.com", "ann", {{"mailUserStatus", {value}}})});
        EXPECT_EQ(refusal("ann@example.com"), expected) << value;
    }
    load({user_of("example.com", "ann",
                  {{"mailUserStatus", {"hold"}}, {"mailDeliveryOption", {"forward"}}})});
    EXPECT_EQ(places("ann@example.com"), texts{"hold:ann@example.com"});
    load({user_of("example.com", "ann",
                  {{"inetUserStatus", {"inactive"}}, {"mailUserStatus", {"deleted"}}})});
    EXPECT_EQ(refusal("ann@example.com"), "450 4.2.1");
}

TEST_F(router_test, R3_5_a_subaddress_leads_to_its_user_with_the_detail_kept) {
    load({dc_node("example.com"),
          user_of("example.com", "ann", {{"mailAlternateAddress", {"an+a@example.com"}}})});
    const auto out = ask("Ann+News@example.com");
    ASSERT_EQ(out.destinations.size(), 1u);
    EXPECT_EQ(out.destinations[0].account, "ann@example.com");
    EXPECT_EQ(out.destinations[0].detail, "News");
    EXPECT_EQ(ask("an+a@example.com").destinations.at(0).detail, "") << "an address of its own";
    EXPECT_EQ(refusal("+x@example.com"), "550 5.1.1");
}

TEST_F(router_test, catch_all_takes_what_nobody_has) {
    load({dc_node("example.com", {{"mailDomainCatchallAddress", {"ann@example.com"}}}),
          user_of("example.com", "ann"), dc_node("example.org"),
          user_of("example.org", "bob", {{"mailAlternateAddress", {"@example.org"}}}),
          dc_node("loop.example", {{"mailDomainCatchallAddress", {"nobody@loop.example"}}})});
    EXPECT_EQ(places("whoever@example.com"), texts{"mailbox:ann@example.com"});
    EXPECT_EQ(places("whoever@example.org"), texts{"mailbox:bob@example.org"});
    EXPECT_EQ(refusal("whoever@loop.example").substr(0, 1), "5");
}

TEST_F(router_test, a_smart_host_gets_the_users_that_are_not_here) {
    load({dc_node("example.com", {{"mailRoutingSmartHost", {"old.example.com"}}}),
          user_of("example.com", "ann")});
    EXPECT_EQ(places("bob@example.com"), texts{"smtp>bob@example.com>old.example.com"});
    EXPECT_EQ(places("ann@example.com"), texts{"mailbox:ann@example.com"});
}

TEST_F(router_test, R4_4_postmaster_always_resolves) {
    load({dc_node("example.com"), user_of("example.com", "root"),
          dc_node("example.org", {{"mailDomainReportAddress", {"bob@example.org"}}}),
          user_of("example.org", "bob"), dc_node("example.net")});
    EXPECT_EQ(places("postmaster@example.com"), texts{"mailbox:root@example.com"});
    EXPECT_EQ(places("Postmaster@example.org"), texts{"mailbox:bob@example.org"});
    EXPECT_EQ(places("postmaster@example.net"), texts{"mailbox:root@example.com"});
    EXPECT_EQ(places("Postmaster"), texts{"mailbox:root@example.com"});
}

TEST_F(router_test, domain_aliases_are_rewritten_to_the_canonical_domain) {
    load({dc_node("example.com"),
          user_of("example.com", "ann"),
          {"dc=alias,dc=example,o=internet",
           {{"objectClass", {"inetDomainAlias"}},
            {"aliasedObjectName", {"dc=example,dc=com,o=internet"}}},
           {}},
          {"dc=loop1,dc=example,o=internet",
           {{"objectClass", {"inetDomainAlias"}},
            {"aliasedObjectName", {"dc=loop2,dc=example,o=internet"}}},
           {}},
          {"dc=loop2,dc=example,o=internet",
           {{"objectClass", {"inetDomainAlias"}},
            {"aliasedObjectName", {"dc=loop1,dc=example,o=internet"}}},
           {}}});
    EXPECT_EQ(places("ann+x@alias.example"), texts{"mailbox:ann@example.com"});
    EXPECT_EQ(ask("ann@alias.example").destinations.at(0).address, "ann@example.com");
    EXPECT_EQ(refusal("ann@loop1.example"), "554 5.4.6");
}

TEST_F(router_test, R3_6_forward_adds_to_the_mailbox_or_replaces_it) {
    load({dc_node("example.com"), user_of("example.com", "bob"),
          user_of("example.com", "ann",
                  {{"mailDeliveryOption", {"mailbox", "forward"}},
                   {"mailForwardingAddress",
                    {"bob@example.com", "Ann@Far.example", "bob@EXAMPLE.com"}}}),
          user_of(
              "example.com", "eve",
              {{"mailDeliveryOption", {"forward"}}, {"mailForwardingAddress", {"x@far.example"}}}),
          user_of("example.com", "zed",
                  {{"mailDeliveryOption", {"mailbox"}},
                   {"mailForwardingAddress", {"x@far.example"}}})});
    EXPECT_EQ(places("ann@example.com"),
              (texts{"mailbox:bob@example.com", "smtp>Ann@Far.example>far.example",
                     "mailbox:ann@example.com"}));
    EXPECT_EQ(places("eve@example.com"), texts{"smtp>x@far.example>far.example"});
    EXPECT_EQ(places("zed@example.com"), texts{"mailbox:zed@example.com"});
}

TEST_F(router_test, forwarding_loops_end) {
    const auto forwards = [](const char* to) {
        return attributes{{"mailDeliveryOption", {"forward"}}, {"mailForwardingAddress", {to}}};
    };
    std::vector<entry> all{dc_node("example.com"),
                           user_of("example.com", "a", forwards("b@example.com")),
                           user_of("example.com", "b", forwards("a@example.com")),
                           user_of("example.com", "self",
                                   {{"mailDeliveryOption", {"mailbox", "forward"}},
                                    {"mailForwardingAddress", {"self@example.com"}}})};
    for (int i = 0; i < 30; ++i)
        all.push_back(user_of("example.com", "c" + std::to_string(i),
                              forwards(("c" + std::to_string(i + 1) + "@example.com").c_str())));
    all.push_back(user_of("example.com", "c30"));
    load(all);
    EXPECT_EQ(refusal("a@example.com"), "554 5.4.6");
    EXPECT_EQ(places("self@example.com"), texts{"mailbox:self@example.com"});
    EXPECT_EQ(refusal("c0@example.com"), "554 5.4.6") << "30 steps";
    EXPECT_EQ(places("c20@example.com"), texts{"mailbox:c30@example.com"}) << "10 steps";
}

TEST_F(router_test, a_forward_to_somebody_who_is_inactive_waits_in_the_queue) {
    load({dc_node("example.com"), user_of("example.com", "bob", {{"mailUserStatus", {"inactive"}}}),
          user_of("example.com", "ann",
                  {{"mailDeliveryOption", {"forward"}},
                   {"mailForwardingAddress", {"bob@example.com"}}})});
    const auto out = ask("ann@example.com");
    ASSERT_EQ(out.destinations.size(), 1u);
    EXPECT_EQ(out.destinations[0].channel, "retry");
    EXPECT_EQ(out.destinations[0].address, "bob@example.com");
}

TEST_F(router_test, mail_host_and_routing_address_send_it_on) {
    load(
        {dc_node("example.com"),
         user_of("example.com", "ann", {{"mailHost", {"store2.example.com"}}}),
         user_of("example.com", "bob", {{"mailHost", {"Mail.here.example"}}}),
         user_of("example.com", "eve",
                 {{"mailHost", {"store2.example.com"}}, {"mailRoutingAddress", {"e@far.example"}}}),
         dc_node("example.org", {{"mailRoutingHosts", {"other.example.org"}}})});
    EXPECT_EQ(places("ann@example.com"), texts{"smtp>ann@example.com>[store2.example.com]"});
    EXPECT_EQ(places("bob@example.com"), texts{"mailbox:bob@example.com"});
    EXPECT_EQ(places("eve@example.com"), texts{"smtp>e@far.example>far.example"});
    EXPECT_EQ(places("any@example.org"), texts{"smtp>any@example.org>[other.example.org]"});
}

TEST_F(router_test, R5_7_a_miss_is_not_permanent_while_the_feed_is_not_live) {
    load({dc_node("example.com"), user_of("example.com", "ann")});
    feed_->abi()->live(feed_->abi()->ctx, 0);
    const auto out = ask("new@example.com");
    EXPECT_TRUE(out.unconfirmed);
    EXPECT_EQ(refusal("new@example.com"), "450 4.1.1");
    EXPECT_EQ(refusal("new@example.com", {.confirmed = true}), "550 5.1.1");
    EXPECT_EQ(refusal("ann@example.com"), "");
    feed_->abi()->live(feed_->abi()->ctx, 1);
    EXPECT_EQ(refusal("new@example.com"), "550 5.1.1");
}

TEST_F(router_test, before_the_first_read_nothing_is_refused_for_good) {
    EXPECT_EQ(refusal("ann@example.com"), "451 4.3.0");
}

TEST_F(router_test, R6_4_explain_names_the_source_of_each_step) {
    load({dc_node("example.com", {{"mailDomainStatus", {"inactive"}}}),
          user_of("example.com", "ann")});
    const auto steps = router_->explain("ann@example.com");
    ASSERT_FALSE(steps.empty());
    const auto by =
        std::find_if(steps.begin(), steps.end(), [](const auto& s) { return s.what == "state"; });
    ASSERT_NE(by, steps.end());
    EXPECT_EQ(by->source, "dc=example,dc=com,o=internet");
    EXPECT_EQ(by->attribute, "mailDomainStatus");
    EXPECT_EQ(steps.back().what, "decision");
}

TEST_F(router_test, figures_with_100k_users_are_printed) {
    std::vector<entry> all{dc_node("example.com")};
    backend_.entries.clear();
    for (int i = 0; i < 100000; ++i)
        all.push_back(user_of("example.com", "user" + std::to_string(i)));
    using clock = std::chrono::steady_clock;
    const auto ns = [](auto from, double n) {
        return static_cast<double>(
                   std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now() - from)
                       .count()) /
               n;
    };
    auto begin = clock::now();
    ASSERT_EQ(backend_.push(feed_->abi(), WP_FEED_FULL, all), WP_OK);
    std::printf("full sync: %.0f entries/s\n", 1e9 / ns(begin, 100001));
    std::vector<std::string> addresses;
    addresses.reserve(100000);
    for (int i = 0; i < 100000; ++i)
        addresses.push_back("user" + std::to_string((i * 7919) % 100000) + "@example.com");
    begin = clock::now();
    std::size_t found = 0;
    for (const auto& address : addresses)
        found += cache_->read().alias(address).valid();
    std::printf("lookup, with opening the reader: %.0f ns\n", ns(begin, 100000));
    EXPECT_EQ(found, addresses.size());
    decision out;
    begin = clock::now();
    for (const auto& address : addresses)
        router_->decide(address, {}, out);
    std::printf("decide: %.0f ns\n", ns(begin, 100000));
    begin = clock::now();
    for (int i = 0; i < 20; ++i)
        change({all[static_cast<std::size_t>(i) + 1]});
    std::printf("one changed user, synced: %.2f ms\n", ns(begin, 20) / 1e6);
}

} // namespace
} // namespace waypost::testing
