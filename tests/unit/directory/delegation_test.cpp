// SPDX-License-Identifier: Apache-2.0
// The matrix of delegated administration: role x operation x attribute.
#include "directory/access_control.hpp"
#include "directory/delegation.hpp"
#include "fixture.hpp"

namespace waypost::testing {
namespace {

using directory::action;
using directory::attribute_change;
using directory::subject;
using kind = attribute_change::kind;

/// example.com (of ann) with alias example.org, quota 1G, and other.net, which is somebody else's.
class delegation_test : public admin_fixture {
protected:
    void SetUp() override {
        admin_fixture::SetUp();
        for (const auto* name : {"example.com", "other.net"})
            ASSERT_TRUE(admin_->add_domain(name));
        for (const auto* name : {"ann@example.com", "bob@example.com", "eve@other.net"})
            ASSERT_TRUE(admin_->add_user(name, "secret"));
        ASSERT_TRUE(admin_->add_group("team@example.com"));
        ASSERT_TRUE(
            admin_->set_domain("example.com", {{kind::replace, "mailDomainDiskQuota", {"1G"}},
                                               {kind::replace, "mailDomainMsgQuota", {"1000"}}}));
        backend_.put({"dc=example,dc=org,o=internet",
                      {{"objectClass", {"domain", "inetDomainAlias"}},
                       {"aliasedObjectName", {"dc=example,dc=com,o=internet"}}},
                      {}});
        backend_.push_all(feed_->abi());
        ASSERT_TRUE(admin_->change_administrator("example.com", "ann@example.com", kind::add));
    }
    /// "" when it is allowed, else the reason.
    std::string says(std::string_view who, const directory::wish& wanted) const {
        const directory::delegation by(*cache_);
        const auto found = by.find(who);
        if (!found)
            return found.failure().text;
        const auto allowed = by.allows(*found, wanted);
        return allowed ? "" : allowed.failure().text;
    }
    bool may(std::string_view who, subject what, action how, std::string name) const {
        return says(who, {what, how, std::move(name), {}}).empty();
    }
    bool may_write(std::string_view who, subject what, const std::string& name,
                   const std::string& attribute, const std::string& value) const {
        const auto set =
            says(who, {what, action::set, name, {{kind::replace, attribute, {value}}}}).empty();
        // Adding a value and setting it are the same right.
        EXPECT_EQ(says(who, {what, action::set, name, {{kind::add, attribute, {value}}}}).empty(),
                  set);
        return set;
    }
};

TEST_F(delegation_test, R4_5_an_administrator_manages_its_domains_and_no_others) {
    for (const auto how :
         {action::show, action::add, action::set, action::remove, action::password}) {
        EXPECT_TRUE(may("ann@example.com", subject::user, how, "bob@example.com"));
        EXPECT_TRUE(may("ann@example.com", subject::group, how, "team@example.com"));
        EXPECT_TRUE(may("ann@example.com", subject::user, how, "new@example.org")); // its alias
        EXPECT_FALSE(may("ann@example.com", subject::user, how, "eve@other.net"));
        EXPECT_FALSE(may("ann@example.com", subject::group, how, "all@other.net"));
        EXPECT_FALSE(may("ann@example.com", subject::user, how, "nobody@nowhere.example"));
        EXPECT_FALSE(may("bob@example.com", subject::group, how, "team@example.com"));
        EXPECT_FALSE(may("eve@other.net", subject::user, how, "bob@example.com"));
    }
    EXPECT_TRUE(may("ann@example.com", subject::user, action::list, "example.com"));
    EXPECT_FALSE(may("ann@example.com", subject::user, action::list, "other.net"));
    EXPECT_TRUE(may("ann@example.com", subject::domain, action::show, "example.com"));
    for (const auto how : {action::add, action::remove, action::password})
        EXPECT_FALSE(may("ann@example.com", subject::domain, how, "example.com"));
    EXPECT_FALSE(may("ann@example.com", subject::domain, action::add, "new.example"));
}

TEST_F(delegation_test, a_user_has_what_is_its_own) {
    EXPECT_TRUE(may("bob@example.com", subject::user, action::show, "bob@example.com"));
    EXPECT_TRUE(may("bob@example.com", subject::user, action::password, "BOB@example.com"));
    EXPECT_FALSE(may("bob@example.com", subject::user, action::remove, "bob@example.com"));
    EXPECT_FALSE(may("bob@example.com", subject::user, action::show, "ann@example.com"));
    EXPECT_FALSE(may("bob@example.com", subject::domain, action::show, "example.com"));
    const std::pair<const char*, const char*> own[] = {{"mailForwardingAddress", "bob@far.example"},
                                                       {"mailAutoReplyText", "away"},
                                                       {"mailDeliveryOption", "forward"}};
    for (const auto& [attribute, value] : own)
        EXPECT_TRUE(
            may_write("bob@example.com", subject::user, "bob@example.com", attribute, value))
            << attribute;
    for (const auto* attribute : {"mail", "mailAlternateAddress", "mailQuota", "mailUserStatus",
                                  "mailAllowedServiceAccess", "cn"})
        EXPECT_FALSE(may_write("bob@example.com", subject::user, "bob@example.com", attribute,
                               "bob2@example.com"))
            << attribute;
}

TEST_F(delegation_test, R4_5_what_an_administrator_may_write_and_what_not) {
    struct cell {
        subject what;
        const char* attribute;
        const char* value;
        bool allowed;
    };
    const cell cells[] = {
        // Of the domain: texts and where its own mail goes; nothing that widens it.
        {subject::domain, "description", "ours", true},
        {subject::domain, "mailDomainCatchallAddress", "bob@example.com", true},
        {subject::domain, "mailDomainCatchallAddress", "bob@far.example", false},
        {subject::domain, "mailDomainReportAddress", "ann@example.org", true},
        {subject::domain, "inetDomainStatus", "active", false},
        {subject::domain, "mailDomainStatus", "active", false},
        {subject::domain, "mailDomainDiskQuota", "1T", false},
        {subject::domain, "mailDomainAllowedServiceAccess", "+imap:*", false},
        {subject::domain, "mailRoutingSmartHost", "mine.example", false},
        {subject::domain, "mailRoutingHosts", "mine.example", false},
        {subject::domain, "waypostAdministrator", "uid=bob", false},
        {subject::domain, "preferredMailMessageStore", "fast", false},
        // Of users.
        {subject::user, "cn", "Bob", true},
        {subject::user, "mail", "robert@example.com", true},
        {subject::user, "mail", "robert@other.net", false},
        {subject::user, "mailAlternateAddress", "b@EXAMPLE.org", true},
        {subject::user, "mailAlternateAddress", "ceo@other.net", false},
        {subject::user, "mailAlternateAddress", "@other.net", false},
        {subject::user, "mailEquivalentAddress", "postmaster@other.net", false},
        {subject::user, "mailForwardingAddress", "bob@far.example", true},
        {subject::user, "mailForwardingAddress", "|/bin/sh@x", false},
        {subject::user, "mailForwardingAddress", "x>\r\nRCPT TO:<y@far.example", false},
        {subject::group, "mgrpErrorsTo", "x>\r\nDATA\r\n@example.com", false},
        {subject::user, "mail", "a b@example.com", false},
        {subject::user, "mailQuota", "500M", true},
        {subject::user, "mailQuota", "1G", true},
        {subject::user, "mailQuota", "2G", false},
        {subject::user, "mailQuota", "-1", false},
        {subject::user, "mailMsgQuota", "1000", true},
        {subject::user, "mailMsgQuota", "1001", false},
        {subject::user, "mailUserStatus", "hold", true},
        {subject::user, "mailUserStatus", "removed", false},
        {subject::user, "inetUserStatus", "inactive", true},
        {subject::user, "mailAllowedServiceAccess", "-pop:*", true}, // the domain's is asked first
        {subject::user, "mailDeliveryOption", "mailbox", true},
        {subject::user, "mailDeliveryOption", "program", false},
        {subject::user, "mailDeliveryOption", "file", false},
        {subject::user, "mailProgramDeliveryInfo", "reader", false},
        {subject::user, "mailDeliveryFileURL", "/etc/passwd", false},
        {subject::user, "mailHost", "mine.example", false},
        {subject::user, "mailRoutingAddress", "x@mine.example", false},
        {subject::user, "mailMessageStore", "fast", false},
        {subject::user, "adminRole", "storeadmin", false},
        {subject::user, "userPassword", "x", false},
        {subject::user, "objectClass", "top", false},
        // Of groups.
        {subject::group, "mgrpRFC822MailMember", "guest@far.example", true},
        {subject::group, "uniqueMember", "uid=bob,ou=People,o=example.com,o=isp", true},
        {subject::group, "uniqueMember", "uid=eve,ou=People,o=other.net,o=isp", false},
        {subject::group, "memberURL", "ldap:///ou=People,o=example.com,o=isp??sub?(title=x)", true},
        {subject::group, "memberURL", "ldap:///o=isp??sub?(uid=*)", false},
        {subject::group, "memberURL", "ldap:///ou=People,o=example%2Ecom,o=isp??sub?(uid=*)",
         false},
        {subject::group, "memberURL", "ldap://far.example/o=example.com,o=isp??sub?(uid=*)", false},
        {subject::group, "memberURL", "ldaps:///o=example.com,o=isp??sub?(uid=*)", false},
        {subject::group, "mail", "all@other.net", false},
        {subject::group, "mgrpErrorsTo", "ann@example.com", true},
        {subject::group, "mgrpErrorsTo", "ann@other.net", false},
        {subject::group, "mailDeliveryOption", "program", false},
        {subject::group, "mgrpDeliverTo", "ldap:///o=isp??sub?(uid=*)", false},
        {subject::group, "mailHost", "mine.example", false},
    };
    for (const auto& one : cells) {
        const auto* name = one.what == subject::domain ? "example.com"
                           : one.what == subject::user ? "bob@example.com"
                                                       : "team@example.com";
        EXPECT_EQ(may_write("ann@example.com", one.what, name, one.attribute, one.value),
                  one.allowed)
            << one.attribute << ": " << one.value;
        EXPECT_FALSE(may_write("eve@other.net", one.what, name, one.attribute, one.value))
            << one.attribute;
    }
}

TEST_F(delegation_test, an_address_of_ours_on_a_user_of_others_gives_no_right_on_that_user) {
    backend_.set("uid=eve,ou=people,o=other.net,o=isp", "mailAlternateAddress",
                 {"eve@example.com"});
    backend_.push_all(feed_->abi());
    EXPECT_FALSE(may("ann@example.com", subject::user, action::set, "eve@example.com"));
    EXPECT_FALSE(may("ann@example.com", subject::user, action::password, "eve@example.com"));
}

TEST_F(delegation_test, what_the_operator_disabled_stays_so_and_a_disabled_account_does_nothing) {
    ASSERT_TRUE(
        admin_->set_user("bob@example.com", {{kind::replace, "mailUserStatus", {"disabled"}}}));
    EXPECT_FALSE(
        may_write("ann@example.com", subject::user, "bob@example.com", "mailUserStatus", "active"));
    EXPECT_FALSE(may("ann@example.com", subject::user, action::remove, "bob@example.com"));
    ASSERT_TRUE(
        admin_->set_user("ann@example.com", {{kind::replace, "mailUserStatus", {"inactive"}}}));
    EXPECT_FALSE(may("ann@example.com", subject::user, action::show, "ann@example.com"));
}

TEST_F(delegation_test, a_group_can_administer) {
    ASSERT_TRUE(admin_->set_group("team@example.com",
                                  {admin_->member_change("bob@example.com", kind::add)}));
    EXPECT_FALSE(may("bob@example.com", subject::user, action::show, "eve@other.net"));
    const auto team = admin_->show_group("team@example.com");
    ASSERT_TRUE(team);
    backend_.set("dc=other,dc=net,o=internet", std::string(directory::administrator_attribute),
                 {team->dn});
    backend_.push_all(feed_->abi());
    EXPECT_TRUE(may("bob@example.com", subject::user, action::show, "eve@other.net"));
}

} // namespace
} // namespace waypost::testing
