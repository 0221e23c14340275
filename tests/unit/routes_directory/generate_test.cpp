// SPDX-License-Identifier: Apache-2.0
// Rows of one domain from small directories.
#include "site.hpp"

#include <gmock/gmock.h>

namespace {

using namespace waypost::routes_directory;
using test::site;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string domain(std::string_view more = {}, std::string_view below = {}) {
    return "dn: dc=example,dc=com\nobjectClass: inetDomain\nobjectClass: mailDomain\n" +
           std::string(more) + "\n" + std::string(below);
}

std::string user(std::string_view uid, std::string_view more) {
    return "dn: uid=" + std::string(uid) +
           ",dc=example,dc=com\nobjectClass: inetMailUser\nuid: " + std::string(uid) + "\n" +
           std::string(more) + "\n";
}

TEST(generate, gives_a_bare_domain_its_route_and_postmaster) {
    EXPECT_THAT(
        site(domain()).rows("example.com"),
        ElementsAre("forward postmaster@example.com -> admin@example.com (postmaster (setting))",
                    "hosted example.com catch= smart="));
}

TEST(generate, says_so_when_there_is_no_postmaster) {
    EXPECT_THAT(site(domain()).rows("example.com", {}),
                Contains(HasSubstr("! the domain has no postmaster")));
}

TEST(generate, finds_postmaster_by_entry_then_report_address_then_administrator_then_setting) {
    const std::string line = "postmaster@example.com";
    EXPECT_THAT(site(domain("mailDomainReportAddress: ann@example.com\n",
                            user("ann", "mailAlternateAddress: Postmaster@Example.COM\n")))
                    .rows("example.com"),
                Contains("user " + line + " (mailAlternateAddress)"));
    EXPECT_THAT(site(domain("mailDomainReportAddress: Ann@example.com\n",
                            user("bob", "mail: bob@example.com\nadminRole: x\n")))
                    .rows("example.com"),
                Contains("forward " + line + " -> ann@example.com (mailDomainReportAddress)"));
    EXPECT_THAT(
        site(domain("", user("bob", "mail: bob@example.com\nadminRole: x\n"))).rows("example.com"),
        Contains("forward " + line + " -> bob@example.com (adminRole)"));
    EXPECT_THAT(site(domain("mailDomainReportAddress: postmaster@example.com\n"))
                    .rows("example.com", {{}, "root"}),
                Contains("forward " + line + " -> root@example.com (postmaster (setting))"));
}

TEST(generate, gives_each_address_one_row_and_attributes_beat_uids) {
    const auto rows =
        site(domain("", user("ann", "mail: Ann@Example.com\nmailAlternateAddress: "
                                    "a.b@example.com\nmailEquivalentAddress: c@example.com\n") +
                            user("bob", "mail: robert@example.com\n") +
                            user("robert", "mailHost: x\nmailAlternateAddress: bob@example.com\n")))
            .rows("example.com");
    EXPECT_THAT(
        rows, ElementsAre(
                  "forward postmaster@example.com -> admin@example.com (postmaster (setting))",
                  "hosted example.com catch= smart=", "user a.b@example.com (mailAlternateAddress)",
                  "user ann@example.com (mail)", "user bob@example.com (mailAlternateAddress)",
                  "user c@example.com (mailEquivalentAddress)", "user robert@example.com (mail)"));
}

TEST(generate, reports_an_address_of_two_entries_and_keeps_the_first) {
    const auto rows = site(domain("", user("ann", "mail: x@example.com\n") +
                                          user("bob", "mail: X@example.com\n")))
                          .rows("example.com");
    EXPECT_THAT(rows, Contains(HasSubstr("! an address of two entries")));
    EXPECT_THAT(rows, Contains("user x@example.com (mail)").Times(1));
}

TEST(generate, leaves_addresses_of_other_domains_out) {
    const auto rows =
        site(domain("", user("ann", "mail: ann@example.com\nmailAlternateAddress: "
                                    "boss@example.org\nmailAlternateAddress: @example.org\n")))
            .rows("example.com");
    EXPECT_THAT(
        rows,
        Contains("! addresses outside of their domain are left out: boss@example.org and 1 more"));
    EXPECT_THAT(rows, Not(Contains(HasSubstr("user boss"))));
}

TEST(generate, forwards_every_address_of_an_entry_with_a_routing_address) {
    const auto rows =
        site(domain("", user("ann", "mail: ann@example.com\nmailAlternateAddress: "
                                    "a@example.com\nmailRoutingAddress: Ann@Elsewhere.example\n")))
            .rows("example.com");
    EXPECT_THAT(rows, Contains("forward ann@example.com -> ann@elsewhere.example (mail)"));
    EXPECT_THAT(rows,
                Contains("forward a@example.com -> ann@elsewhere.example (mailAlternateAddress)"));
}

TEST(generate, knows_groups_and_catch_all) {
    const auto rows =
        site(domain("mailRoutingSmartHost: Old.example.com\n",
                    user("ann", "mail: ann@example.com\nmailAlternateAddress: @example.com\n") +
                        "dn: cn=l,dc=example,dc=com\nobjectClass: groupOfUniqueNames\nmail: "
                        "l@example.com\n\n"))
            .rows("example.com");
    EXPECT_THAT(rows, Contains("group l@example.com (mail)"));
    EXPECT_THAT(rows, Contains("user @example.com (mailAlternateAddress)"));
    EXPECT_THAT(rows, Contains("hosted example.com catch=ann@example.com smart=old.example.com"));
    EXPECT_THAT(site(domain("mailDomainCatchallAddress: All@example.com\n")).rows("example.com"),
                Contains("hosted example.com catch=all@example.com smart="));
}

TEST(generate, relays_a_domain_that_other_hosts_route) {
    const auto other =
        domain("mailRoutingHosts: mx1.example.net\nmailRoutingHosts: mx2.example.net\n");
    EXPECT_THAT(site(other).rows("example.com"),
                Contains("relay example.com -> mx1.example.net (mailRoutingHosts)"));
    EXPECT_THAT(
        site(domain("mailRoutingHosts: mx1.example.net\nmailRoutingHosts: MAIL.example.com\n"))
            .rows("example.com"),
        Contains("hosted example.com catch= smart="));
}

TEST(generate, lets_the_organization_node_win) {
    const std::string text =
        "dn: dc=example,dc=com,o=internet\nobjectClass: inetDomain\ninetDomainBaseDN: "
        "O=example.com, o=isp\n"
        "mailRoutingSmartHost: dc.example.com\nmailDomainCatchallAddress: all@example.com\n\n"
        "dn: o=example.com,o=isp\nobjectClass: organization\nmailRoutingSmartHost: "
        "org.example.com\n";
    EXPECT_THAT(site(text).rows("example.com"),
                Contains("hosted example.com catch=all@example.com smart=org.example.com"));
}

TEST(generate, knows_three_kinds_of_alias_domain) {
    const std::string text =
        "dn: dc=example,dc=com,o=internet\nobjectClass: inetDomain\nassociatedDomain: "
        "example.info\n\n"
        "dn: dc=example,dc=net,o=internet\nobjectClass: inetDomainAlias\naliasedObjectName: "
        "dc=Example,dc=com,o=internet\n\n"
        "dn: dc=example,dc=biz,o=internet\nobjectClass: inetDomain\ninetCanonicalDomainName: "
        "example.com\n\n"
        "dn: dc=example,dc=edu,o=internet\nobjectClass: inetDomain\ninetCanonicalDomainName: "
        "example.com\nmailRoutingHosts: mail.example.com\n";
    site all(text);
    for (const std::string row : {"alias example.info -> example.com (associatedDomain)",
                                  "alias example.net -> example.com (aliasedObjectName)",
                                  "alias example.biz -> example.com (inetCanonicalDomainName)"}) {
        EXPECT_THAT(all.rows("example.com"), Contains(row));
        EXPECT_THAT(all.rows(row.substr(6, row.find(' ', 6) - 6)), ElementsAre(row));
    }
    EXPECT_THAT(all.rows("example.edu"), Contains("hosted example.edu catch= smart="));
}

TEST(generate, gives_nothing_for_a_domain_that_is_not_there) {
    EXPECT_THAT(site(domain()).rows("example.org"), ElementsAre());
    EXPECT_THAT(site(domain()).rows("com"), ElementsAre());
    EXPECT_THAT(site(domain()).rows(""), ElementsAre());
}

} // namespace
