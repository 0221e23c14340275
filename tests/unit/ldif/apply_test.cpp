// SPDX-License-Identifier: Apache-2.0
// Changes with LDAP's semantics, as tables of LDIF changes and the error's name.
#include "parse/reader.hpp"
#include "password.hpp"
#include "tree/apply.hpp"
#include "tree/load.hpp"

#include <gtest/gtest.h>

namespace {

using namespace waypost::ldif;

constexpr std::string_view site =
    "dn: o=x\nobjectClass: organization\n\ndn: ou=p,o=x\nobjectClass: top\n\n"
    "dn: uid=ann,ou=p,o=x\nobjectClass: top\nmail: ann@example.com\ncn: Ann\ncn: "
    "Annie\nuniqueMember: uid=a, o=x\n";

// Empty, or the error.
std::string outcome(workspace& work, std::string_view change, bases owned = {""}) {
    auto read = reader(change).next();
    if (!read || !*read)
        return "unreadable";
    const auto ok = apply(**read, owned, work);
    return ok ? "" : ok.failure().text;
}

TEST(apply, names_errors_as_ldap_does) {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"dn: o=x\nchangetype: add\nobjectClass: a\n", "entryAlreadyExists"},
        {"dn: uid=b,ou=q,o=x\nchangetype: add\nobjectClass: a\n", "noSuchObject: the parent"},
        {"dn: uid=b,ou=p,o=x\nchangetype: add\nuid: b\n", "objectClassViolation"},
        {"dn: uid=b,ou=p,o=x\nchangetype: delete\n", "noSuchObject"},
        {"dn: ou=p,o=x\nchangetype: delete\n", "notAllowedOnNonLeaf"},
        {"dn: uid=b,ou=p,o=x\nchangetype: modify\nadd: cn\ncn: x\n-\n", "noSuchObject"},
        {"dn: uid=ann,ou=p,o=x\nchangetype: modify\nadd: cn\ncn: ANN\n-\n",
         "attributeOrValueExists"},
        {"dn: uid=ann,ou=p,o=x\nchangetype: modify\nreplace: cn\ncn: a\ncn: A\n-\n",
         "attributeOrValueExists"},
        {"dn: uid=ann,ou=p,o=x\nchangetype: modify\nadd: uniqueMember\nuniqueMember: "
         "UID=A,O=X\n-\n",
         "attributeOrValueExists"},
        {"dn: uid=ann,ou=p,o=x\nchangetype: modify\ndelete: cn\ncn: Bob\n-\n", "noSuchAttribute"},
        {"dn: uid=ann,ou=p,o=x\nchangetype: modify\ndelete: sn\n-\n", "noSuchAttribute"},
        {"dn: uid=ann,ou=p,o=x\nchangetype: modify\ndelete: uid\n-\n", "notAllowedOnRDN"},
        {"dn: uid=ann,ou=p,o=x\nchangetype: modify\ndelete: objectClass\n-\n",
         "objectClassViolation"},
        {"dn: ou=p,o=x\nchangetype: modrdn\nnewrdn: ou=q\ndeleteoldrdn: 1\nnewsuperior: "
         "uid=ann,ou=p,o=x\n",
         "unwillingToPerform"},
        {"dn: ou=p,o=x\nchangetype: modrdn\nnewrdn: ou=q\ndeleteoldrdn: 1\nnewsuperior: ou=z,o=x\n",
         "noSuchObject: the parent"},
    };
    const auto below = *load(site, {""}, {});
    for (const auto& [change, wanted] : table) {
        workspace work(below);
        const auto got = outcome(work, change);
        EXPECT_TRUE(got.starts_with(wanted)) << change << " gave: " << got;
        EXPECT_TRUE(work.changed().empty()) << change;
    }
    workspace work(below);
    EXPECT_NE(outcome(work, "dn: o=y\nchangetype: add\nobjectClass: a\n", {"o=x"}).find("bases"),
              std::string::npos);
}

TEST(apply, modifies_in_order_and_all_or_nothing) {
    const auto below = *load(site, {""}, {});
    workspace work(below);
    EXPECT_EQ(outcome(work, "dn: UID=ann,ou=p,o=x\nchangetype: modify\ndelete: cn\ncn: "
                            "annie\n-\nadd: cn\ncn: Nan\n-\n"
                            "replace: mail\nmail: nan@example.com\n-\nreplace: none\n-\n"),
              "");
    const auto* one = work.find("uid=ann,ou=p,o=x");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->values("cn").size(), 2U);
    EXPECT_EQ(one->values("mail").at(0), "nan@example.com");
    EXPECT_NE(
        outcome(
            work,
            "dn: uid=ann,ou=p,o=x\nchangetype: modify\nreplace: mail\nmail: b\n-\ndelete: sn\n-\n"),
        "");
    EXPECT_EQ(work.find("uid=ann,ou=p,o=x")->values("mail").at(0), "nan@example.com");
}

TEST(apply, adds_a_top_whose_parents_are_elsewhere_and_sees_its_own_additions) {
    const tree below;
    workspace work(below);
    EXPECT_EQ(outcome(work, "dn: dc=example,dc=com\nchangetype: add\nobjectClass: domain\n"), "");
    EXPECT_EQ(outcome(work, "dn: ou=a,dc=example,dc=com\nchangetype: add\nobjectClass: top\n"), "");
    EXPECT_TRUE(outcome(work, "dn: dc=example,dc=com\nchangetype: delete\n")
                    .starts_with("notAllowedOnNonLeaf"));
    EXPECT_EQ(outcome(work, "dn: ou=a,dc=example,dc=com\nchangetype: delete\n"), "");
    EXPECT_EQ(outcome(work, "dn: dc=example,dc=com\nchangetype: delete\n"), "");
}

TEST(apply, deletes_a_password_given_in_clear_text) {
    const auto hash = *hash_password("old", {hash_method::ssha512, 0});
    const auto below = *load("dn: uid=a\nobjectClass: top\nuserPassword: " + hash + "\n", {""}, {});
    workspace work(below);
    EXPECT_NE(
        outcome(work,
                "dn: uid=a\nchangetype: modify\ndelete: userPassword\nuserPassword: wrong\n-\n"),
        "");
    EXPECT_EQ(
        outcome(work,
                "dn: uid=a\nchangetype: modify\ndelete: userPassword\nuserPassword: old\n-\n"),
        "");
}

} // namespace
