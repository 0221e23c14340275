// SPDX-License-Identifier: Apache-2.0
// Lists: their members, who may send to them, their return path.
#include "fixture.hpp"

namespace waypost::testing {
namespace {

TEST_F(router_test, R5_4_groups_lead_to_their_members_and_drop_the_deleted) {
    load({dc_node("example.com"), user_of("example.com", "ann"), user_of("example.com", "bob"),
          group_of(
              "example.com", "team",
              {{"uniqueMember",
                {"UID=ann, ou=people,o=example.com,o=isp", "uid=gone,ou=People,o=example.com,o=isp",
                 "cn=inner,ou=Groups,o=example.com,o=isp"}},
               {"mgrpRFC822MailMember", {"x@far.example", "ann@example.com"}}}),
          group_of("example.com", "inner",
                   {{"uniqueMember",
                     {"uid=bob,ou=People,o=example.com,o=isp",
                      "cn=team,ou=Groups,o=example.com,o=isp"}}}),
          group_of("example.com", "empty", {})});
    EXPECT_EQ(places("team@example.com"),
              (texts{"smtp>x@far.example>far.example", "mailbox:ann@example.com",
                     "mailbox:bob@example.com"}));
    EXPECT_EQ(refusal("empty@example.com"), "550 5.1.1");
}

TEST_F(router_test, R3_7_members_by_search_are_those_of_now) {
    settings_.member_search_limit = 20;
    router_ = std::make_unique<router>(*cache_, settings_);
    load({dc_node("example.com"), user_of("example.com", "ann", {{"title", {"Clerk"}}}),
          user_of("example.com", "bob", {{"title", {"boss"}}}), dc_node("other.net"),
          user_of("other.net", "eve", {{"title", {"clerk"}}}),
          group_of("example.com", "clerks",
                   {{"memberURL", {"ldap:///o=example.com,o=isp??sub?(title=clerk)"}}}),
          group_of("example.com", "one",
                   {{"memberURL", {"ldap:///uid=ann,ou=People,o=example.com,o=isp"}}}),
          group_of("example.com", "broken",
                   {{"memberURL", {"ldap://far.example/o=isp??sub?(title=clerk)"}}}),
          group_of(
              "example.com", "nested",
              {{"memberURL", {"ldap:///o=example.com,o=isp??sub?(|(mail=clerks@*)(uid=bob))"}}})});
    EXPECT_EQ(places("clerks@example.com"), texts{"mailbox:ann@example.com"});
    EXPECT_EQ(places("one@example.com"), texts{"mailbox:ann@example.com"});
    EXPECT_EQ(refusal("broken@example.com"), "550 5.1.1");
    EXPECT_EQ(places("nested@example.com").size(), 2u);
    change({user_of("example.com", "bob", {{"title", {"clerk"}}})});
    EXPECT_EQ(places("clerks@example.com"),
              (texts{"mailbox:ann@example.com", "mailbox:bob@example.com"}));
    change({}, {"uid=ann,ou=People,o=example.com,o=isp"});
    EXPECT_EQ(places("clerks@example.com"), texts{"mailbox:bob@example.com"});
    for (int i = 0; i < 20; ++i)
        change({user_of("example.com", "u" + std::to_string(i))});
    EXPECT_EQ(refusal("clerks@example.com"), "451 4.3.5");
    EXPECT_TRUE(places("clerks@example.com").empty());
}

TEST_F(router_test, R3_7_the_return_path_of_a_list_is_an_address_or_none) {
    const std::vector<std::string> member{"uid=ann,ou=People,o=example.com,o=isp"};
    load(
        {dc_node("example.com"), user_of("example.com", "ann"),
         group_of("example.com", "good",
                  {{"uniqueMember", member}, {"mgrpErrorsTo", {"mailto:owner@example.com"}}}),
         group_of("example.com", "bad",
                  {{"uniqueMember", member}, {"mgrpErrorsTo", {"x>\r\nRCPT TO:<y@far.example"}}})});
    EXPECT_EQ(ask("good@example.com").destinations.at(0).errors_to, "owner@example.com");
    EXPECT_EQ(ask("bad@example.com").destinations.at(0).errors_to, "");
    EXPECT_EQ(ask("ann@example.com").destinations.at(0).errors_to, "");
}

TEST_F(router_test, R3_7_who_may_send_to_a_list) {
    const std::vector<std::string> member{"uid=ann,ou=People,o=example.com,o=isp"};
    const auto list = [&](const std::string& name, attributes more) {
        more.push_back({"uniqueMember", member});
        return group_of("example.com", name, std::move(more));
    };
    load(
        {dc_node("example.com"), user_of("example.com", "ann"), user_of("example.com", "bob"),
         list("open", {}), list("staff", {{"mgrpAllowedDomain", {"example.com", "*.example.org"}}}),
         list("news", {{"mgrpAllowedBroadcaster",
                        {"mailto:boss@far.example", "uid=bob,ou=People,o=example.com,o=isp"}},
                       {"mgrpMsgRejectText", {"news are written by few"}}}),
         list("own",
              {{"mgrpAllowedBroadcaster", {"ldap:///cn=own,ou=Groups,o=example.com,o=isp"}}}),
         list("found", {{"mgrpAllowedBroadcaster", {"ldap:///o=example.com,o=isp??sub?(uid=b*)"}}}),
         list("quiet", {{"mgrpDisallowedBroadcaster", {"noisy@far.example"}},
                        {"mgrpDisallowedDomain", {"spam.example"}}}),
         list("login", {{"mgrpBroadcasterPolicy", {"AUTH_REQ"}}}),
         list("watched", {{"mgrpModerator", {"bob@example.com"}}}),
         list("curt", {{"mgrpModerator", {"bob@example.com"}},
                       {"mgrpAllowedDomain", {"example.com"}},
                       {"mgrpMsgRejectAction", {"reply"}}})});
    const auto may = [&](const std::string& name, std::string_view sender, bool login = false) {
        const auto said = refusal(name + "@example.com", {.may_relay = login, .sender = sender});
        EXPECT_TRUE(said.empty() || said == "550 5.7.2") << said;
        return said.empty();
    };
    struct cell {
        const char* list;
        const char* sender;
        bool allowed;
    };
    for (const auto& one :
         {cell{"open", "", true}, cell{"staff", "bob@EXAMPLE.com", true},
          cell{"staff", "x@a.example.org", true}, cell{"staff", "x@badexample.org", false},
          cell{"staff", "x@far.example", false}, cell{"staff", "", false},
          cell{"news", "boss@far.example", true}, cell{"news", "bob@example.com", true},
          cell{"news", "ann@example.com", false}, cell{"own", "ann@example.com", true},
          cell{"own", "bob@example.com", false}, cell{"found", "bob@example.com", true},
          cell{"found", "ann@example.com", false}, cell{"quiet", "x@far.example", true},
          cell{"quiet", "Noisy@far.example", false}, cell{"quiet", "x@spam.example", false},
          cell{"login", "ann@example.com", false}, cell{"curt", "x@far.example", false}})
        EXPECT_EQ(may(one.list, one.sender), one.allowed) << one.list << " " << one.sender;
    EXPECT_TRUE(may("login", "ann@example.com", true));
    const auto told = router_->decide("news@example.com", {.sender = "x@far.example"});
    EXPECT_EQ(told.refusal.text, "news are written by few");
    const auto moderated = router_->decide("watched@example.com", {.sender = "x@far.example"});
    ASSERT_EQ(moderated.destinations.size(), 1u);
    EXPECT_EQ(moderated.destinations[0].account, "bob@example.com");
    const auto approved = router_->decide("watched@example.com", {.sender = "bob@example.com"});
    ASSERT_EQ(approved.destinations.size(), 1u);
    EXPECT_EQ(approved.destinations[0].account, "ann@example.com");
    EXPECT_EQ(places("news@example.com"), texts{"mailbox:ann@example.com"}); // nobody is asked
}

} // namespace
} // namespace waypost::testing
