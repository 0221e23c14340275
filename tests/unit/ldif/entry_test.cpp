// SPDX-License-Identifier: Apache-2.0
#include "tree/load.hpp"

#include <gtest/gtest.h>

namespace {

using namespace waypost::ldif;

TEST(entry, keeps_names_values_and_their_order) {
    const std::vector<named_value> values = {{"objectClass", "top"},
                                             {"objectClass", "inetUser"},
                                             {"uid", "Ann"},
                                             {"mail;x-a", "ann@example.com"},
                                             {"cn", std::string(200, 'z')}};
    const auto one = entry::make("UID=Ann,O=Example", "# note\n", values);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->dn(), "UID=Ann,O=Example");
    EXPECT_EQ(one->normalised(), "uid=ann,o=example");
    EXPECT_EQ(one->comment(), "# note\n");
    EXPECT_EQ(one->all(), values);
    EXPECT_EQ(one->values("mail").size(), 1U);
    EXPECT_EQ(one->values("OBJECTCLASS").size(), 2U);
}

TEST(entry, gets_the_values_of_its_name) {
    const auto one = entry::make("uid=ann+cn=Ann,o=x", "", {{"uid", "ANN"}});
    ASSERT_TRUE(one);
    EXPECT_EQ(one->values("uid").size(), 1U);
    EXPECT_EQ(one->values("cn").at(0), "Ann");
}

TEST(load, takes_any_order_and_missing_parents_and_saves_parents_first) {
    const auto made =
        load("dn: uid=a,ou=p,o=x\nuid: a\n\n# the top\ndn: o=x\no: x\n\ndn: ou=p,o=x\nou: p\n\n"
             "dn: o=alone,o=nowhere\no: alone\n",
             {""}, {});
    ASSERT_TRUE(made) << made.failure().text;
    std::string text;
    ASSERT_TRUE(save(*made, [&](std::string_view piece) {
        text += piece;
        return waypost::result<void>{};
    }));
    EXPECT_EQ(text, "version: 1\n\n# the top\ndn: o=x\no: x\n\ndn: ou=p,o=x\nou: p\n\ndn: "
                    "uid=a,ou=p,o=x\nuid: a\n\n"
                    "dn: o=alone,o=nowhere\no: alone\n\n");
}

TEST(load, refuses_an_entry_twice_a_foreign_one_and_a_change) {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"dn: o=x\no: x\n\ndn: O=X\no: x\n", "line 4: 'O=X' is in the file twice"},
        {"dn: o=y\no: y\n", "line 1: 'o=y' is not below a base"},
        {"dn: o=x\nchangetype: delete\n", "line 1: a change of an entry"},
    };
    for (const auto& [text, wanted] : table) {
        const auto made = load(text, {"o=x"}, {});
        ASSERT_FALSE(made);
        EXPECT_NE(made.failure().text.find(wanted), std::string::npos) << made.failure().text;
    }
}

} // namespace
