// SPDX-License-Identifier: Apache-2.0
// Normal form of names, RFC 4514.
#include <waypost/dn.hpp>

#include <gtest/gtest.h>

namespace {

using namespace waypost;

TEST(dn, has_one_normal_form_for_each_name) {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"", ""},
        {"   ", ""},
        {"UID=Ann,OU=People,O=Example.COM,o=ISP", "uid=ann,ou=people,o=example.com,o=isp"},
        {"uid = ann , ou = people", "uid=ann,ou=people"},
        {"cn=Ann  B.   Smith", "cn=ann b. smith"},
        {"cn=a;o=b", "cn=a,o=b"},
        {"uid=b+CN=a,o=x", "cn=a+uid=b,o=x"},
        {"CN=a+uid=b,o=x", "cn=a+uid=b,o=x"},
        {"cn=Smith\\, Ann", "cn=smith\\2c ann"},
        {"cn=Smith\\2C Ann", "cn=smith\\2c ann"},
        {"cn=\"Smith, Ann\"", "cn=smith\\2c ann"},
        {"CN=Before\\0dAfter,DC=example,DC=net",
         "cn=before\\0dafter,dc=example,dc=net"}, // RFC 4514 s4
        {"cn=Lu\\C4\\8Di\\C4\\87", "cn=lu\xC4\x8Di\xC4\x87"},
        {"1.3.6.1.4.1.1466.0=#04024869", "1.3.6.1.4.1.1466.0=#04024869"},
        {"2.5.4.3=a", "cn=a"},
        {"OID.2.5.4.3=a", "cn=a"},
        {"domainComponent=COM", "dc=com"},
        {"cn=\\#5", "cn=\\235"},
        {"cn=a#5", "cn=a#5"},
        {"cn=,o=x", "cn=,o=x"},
        {"cn=\\ a\\ ", "cn=a"},
        {"cn=a=b", "cn=a\\3db"},
    };
    for (const auto& [given, wanted] : table) {
        const auto made = normalise_dn(given);
        ASSERT_TRUE(made) << given << ": " << made.failure().text;
        EXPECT_EQ(*made, wanted) << given;
        EXPECT_EQ(*normalise_dn(*made), wanted) << "not stable: " << given;
    }
}

TEST(dn, refuses_what_is_no_name) {
    for (const std::string_view text :
         {"x", "=a", "cn", "cn=a,", "cn=a+", ",cn=a", "cn=a,,o=b", "cn=a\\", "cn=a\\zz", "cn=\"a",
          "cn=\"a\"b", "cn=#0", "cn=#zz", "cn=a<b", "cn=a\"b", "c n=a", "-cn=a"})
        EXPECT_FALSE(normalise_dn(text)) << text;
    EXPECT_FALSE(normalise_dn(std::string_view("cn=a\0b", 6)));
    EXPECT_FALSE(normalise_dn("cn=" + std::string(max_dn_size, 'a')));
}

TEST(dn, knows_parents_and_subtrees) {
    const auto dn = *normalise_dn("uid=a\\,b,ou=people,o=isp");
    EXPECT_EQ(first_rdn(dn), "uid=a\\2cb");
    EXPECT_EQ(parent_dn(dn), "ou=people,o=isp");
    EXPECT_EQ(parent_dn("o=isp"), "");
    EXPECT_EQ(dn_depth(dn), 3U);
    EXPECT_TRUE(is_below(dn, "o=isp"));
    EXPECT_TRUE(is_below(dn, ""));
    EXPECT_FALSE(is_below("o=isp", "o=isp"));
    EXPECT_TRUE(is_within("o=isp", "o=isp"));
    EXPECT_FALSE(is_below("ou=xo=isp", "o=isp"));
    EXPECT_FALSE(is_below("oo=isp", "o=isp"));
    EXPECT_FALSE(is_below("o=isp", dn));
}

TEST(dn, escapes_values_so_that_they_come_back) {
    for (const std::string_view value : {"a", " a ", "#a", "a,b+c", "\"<>;=\\", "x\ny", "Ann B"}) {
        const auto parts = rdn_parts("cn=" + escape_dn_value(value) + ",o=x");
        ASSERT_TRUE(parts) << value;
        ASSERT_EQ(parts->size(), 1U);
        EXPECT_EQ((*parts)[0].value, value);
    }
}

} // namespace
