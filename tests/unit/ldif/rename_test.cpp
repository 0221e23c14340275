// SPDX-License-Identifier: Apache-2.0
#include "parse/reader.hpp"
#include "tree/apply.hpp"
#include "tree/load.hpp"

#include <gtest/gtest.h>

namespace {

using namespace waypost::ldif;

TEST(rename, moves_everything_below_and_keeps_the_spelling) {
    const auto below =
        *load("dn: o=x\no: x\n\ndn: ou=P,o=x\nou: P\n\ndn: uid=Ann,ou=P,o=x\nuid: Ann\n\n"
              "dn: cn=a\\,b,uid=Ann,ou=P,o=x\ncn: a,b\n",
              {""}, {});
    workspace work(below);
    auto change =
        reader("dn: ou=p,o=x\nchangetype: modrdn\nnewrdn: ou=Staff\ndeleteoldrdn: 1\n").next();
    ASSERT_TRUE(change && *change);
    const auto ok = apply(**change, {""}, work);
    ASSERT_TRUE(ok) << ok.failure().text;
    EXPECT_FALSE(work.find("ou=p,o=x"));
    EXPECT_FALSE(work.find("uid=ann,ou=p,o=x"));
    const auto* moved = work.find("ou=staff,o=x");
    ASSERT_TRUE(moved);
    ASSERT_EQ(moved->values("ou").size(), 1U);
    EXPECT_EQ(moved->values("ou")[0], "Staff");
    ASSERT_TRUE(work.find("uid=ann,ou=staff,o=x"));
    EXPECT_EQ(work.find("uid=ann,ou=staff,o=x")->dn(), "uid=Ann,ou=Staff,o=x");
    EXPECT_TRUE(work.find("cn=a\\2cb,uid=ann,ou=staff,o=x"));
    tree after = below;
    workspace::apply(work.changed(), after);
    EXPECT_EQ(after.size(), 4U);
    EXPECT_EQ(after.children("ou=p,o=x"), 0U);
    EXPECT_EQ(after.children("ou=staff,o=x"), 1U);
}

TEST(rename, can_change_only_the_case) {
    const auto below = *load("dn: o=x\no: x\n", {""}, {});
    workspace work(below);
    auto change = reader("dn: o=x\nchangetype: modrdn\nnewrdn: o=X\ndeleteoldrdn: 1\n").next();
    ASSERT_TRUE(change && *change);
    ASSERT_TRUE(apply(**change, {""}, work));
    EXPECT_EQ(work.find("o=x")->dn(), "o=X");
}

} // namespace
