// SPDX-License-Identifier: Apache-2.0
// R4.7: only a server that the operator named is shown the credentials, whatever a referral says.
#include "referral.hpp"

#include <gtest/gtest.h>

namespace waypost::ldap {
namespace {

TEST(referral, scheme_host_and_port_are_the_server) {
    EXPECT_TRUE(
        is_of_server("ldap://ldap1.example.net/ou=far,o=isp??sub", "ldap://ldap1.example.net"));
    EXPECT_TRUE(is_of_server("ldap://LDAP1.example.net:389/o=isp", "ldap://ldap1.example.net"));
    EXPECT_TRUE(is_of_server("ldaps://ldap1.example.net/", "ldaps://ldap1.example.net:636"));
    EXPECT_TRUE(is_of_server("ldap://127.0.0.1:3890/", "ldap://127.0.0.1:3890"));
}

TEST(referral, a_name_that_begins_alike_is_another_server) {
    for (const auto* to :
         {"ldap://ldap1.example.net.evil.example/", "ldap://ldap1.example.net:3890/",
          "ldap://ldap1.example.netx/", "ldaps://ldap1.example.net/", "ldap://", "ldap:///o=isp",
          "http://ldap1.example.net/", "ldap1.example.net", ""})
        EXPECT_FALSE(is_of_server(to, "ldap://ldap1.example.net")) << to;
    EXPECT_FALSE(is_of_server("ldap://127.0.0.1:38901/", "ldap://127.0.0.1:3890"));
    EXPECT_FALSE(is_of_server("ldap://ldap1.example.net/", "ldaps://ldap1.example.net"));
}

} // namespace
} // namespace waypost::ldap
