// SPDX-License-Identifier: Apache-2.0
// The parser, with the examples of RFC 2849.
#include "parse/reader.hpp"

#include <gtest/gtest.h>

namespace {

using namespace waypost::ldif;

std::vector<record> all(std::string_view text) {
    reader records(text);
    std::vector<record> out;
    for (;;) {
        auto next = records.next();
        if (!next) {
            ADD_FAILURE() << next.failure().text;
            return out;
        }
        if (!*next)
            return out;
        out.push_back(std::move(**next));
    }
}

std::string failure_of(std::string_view text, limits most = {}) {
    reader records(text, most);
    for (;;) {
        auto next = records.next();
        if (!next)
            return next.failure().text;
        if (!*next)
            return {};
    }
}

TEST(ldif_reader, reads_example_1_two_entries) {
    const auto got =
        all("version: 1\n"
            "dn: cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com\n"
            "objectclass: top\nobjectclass: person\ncn: Barbara Jensen\ncn: Babs Jensen\n"
            "telephonenumber: +1 408 555 1212\ndescription: A big sailing fan.\n\n"
            "dn: cn=Bjorn Jensen, ou=Accounting, dc=airius, dc=com\nobjectclass: top\n");
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0].dn, "cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com");
    EXPECT_EQ(got[0].values.size(), 6U);
    EXPECT_EQ(got[0].values[3], (named_value{"cn", "Babs Jensen"}));
    EXPECT_EQ(got[1].line, 10U);
}

TEST(ldif_reader, reads_example_2_folded_values) {
    const auto got = all("version: 1\ndn:cn=Barbara Jensen,dc=com\ndescription:Babs is a big "
                         "sailing fan, and travels exte\n"
                         " nsively in sea\n rch of perfect sailing conditions.\ntitle:Product "
                         "Manager, Rod and Reel Division\n");
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].values[0].value, "Babs is a big sailing fan, and travels extensively in "
                                      "search of perfect sailing conditions.");
}

TEST(ldif_reader, reads_example_3_and_4_base64_options_and_comments) {
    const auto got =
        all("version: 1\n# a comment,\n  folded\ndn:: b3U95Za25qWt6YOoLG89QWlyaXVz\n# dn:: ou=...\n"
            "ou:: 5Za25qWt6YOo\nou;lang-ja:: 5Za25qWt6YOo\nou;lang-en: Sales\r\n");
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].dn, "ou=\xE5\x96\xB6\xE6\xA5\xAD\xE9\x83\xA8,o=Airius");
    EXPECT_EQ(got[0].values[2], (named_value{"ou;lang-en", "Sales"}));
    EXPECT_EQ(got[0].comment, "# a comment, folded\n# dn:: ou=...\n");
}

TEST(ldif_reader, reads_example_6_changes) {
    const auto got = all(
        "version: 1\ndn: cn=Fiona Jensen, dc=com\nchangetype: add\nobjectclass: top\ncn: Fiona "
        "Jensen\n\n"
        "dn: cn=Robert Jensen, dc=com\nchangetype: delete\n\n"
        "dn: cn=Paul Jensen, dc=com\nchangetype: modrdn\nnewrdn: cn=Paula Jensen\ndeleteoldrdn: "
        "1\n\n"
        "dn: ou=PD Accountants, dc=com\nchangetype: modrdn\nnewrdn: ou=Product Development "
        "Accountants\ndeleteoldrdn: 0\n"
        "newsuperior: ou=Accounting, dc=com\n\n"
        "dn: cn=Paula Jensen, dc=com\nchangetype: modify\nadd: postaladdress\npostaladdress: 123 "
        "Anystreet\n-\n"
        "delete: description\n-\nreplace: telephonenumber\ntelephonenumber: 1\ntelephonenumber: "
        "2\n-\n"
        "delete: facsimiletelephonenumber\nfacsimiletelephonenumber: 9876\n-\nreplace: empty\n-\n\n"
        "dn: ou=x, dc=com\ncontrol: 1.2.840.113556.1.4.805 false\nchangetype: delete\n");
    ASSERT_EQ(got.size(), 6U);
    EXPECT_EQ(got[0].kind, record_kind::add);
    EXPECT_EQ(got[1].kind, record_kind::remove);
    EXPECT_EQ(got[2].new_rdn, "cn=Paula Jensen");
    EXPECT_TRUE(got[2].delete_old_rdn);
    EXPECT_EQ(got[3].new_superior, "ou=Accounting, dc=com");
    ASSERT_EQ(got[4].modifications.size(), 5U);
    EXPECT_EQ(got[4].modifications[2],
              (modification{mod_kind::replace, "telephonenumber", {"1", "2"}}));
    EXPECT_TRUE(got[4].modifications[4].values.empty());
    EXPECT_EQ(got[5].kind, record_kind::remove);
}

TEST(ldif_reader, names_line_and_reason_of_an_error) {
    const std::pair<std::string_view, std::string_view> table[] = {
        {"cn: a\n", "line 1: a record must begin"},
        {"version: 2\n\ndn: o=a\no: a\n", "line 1: LDIF version '2'"},
        {"dn: o=a\n\n", "line 2: an entry without attributes"},
        {"dn: o=a\no a\n", "line 2: expected"},
        {"dn: nonsense\no: a\n", "line 1: invalid DN"},
        {"dn: o=a\no:< file:///etc/passwd\n", "line 2: values by URL"},
        {"dn: o=a\no:: ab*=\n", "line 2: the value after '::'"},
        {"dn: o=a\no: a\ndn: o=b\no: b\n", "line 3: a second 'dn:'"},
        {"\n\n folded\n", "line 3: a continued line"},
        {"dn: o=a\nchangetype: increment\n", "line 2: unknown changetype"},
        {"dn: o=a\nchangetype: modify\nadd: x\ny: 1\n", "line 4: a value of another"},
        {"dn: o=a\nchangetype: modify\nadd: x\n-\n", "'add: x' without a value"},
        {"dn: o=a\nchangetype: modify\n-\n", "line 3: '-' outside"},
        {"dn: o=a\nchangetype: delete\no: a\n", "line 3: a deletion has"},
        {"dn: o=a\nchangetype: modrdn\nnewrdn: o=b\n", "needs 'newrdn:' and 'deleteoldrdn:'"},
        {"dn: o=a\nchangetype: modrdn\nnewrdn: o=b,o=c\n", "line 3: 'newrdn:' is not one RDN"},
        {"dn: o=a\nchangetype: modrdn\nnewrdn: o=b\ndeleteoldrdn: 2\n", "line 4: 'deleteoldrdn:'"},
        {"dn: o=a\ncontrol: 1.2 true\nchangetype: delete\n", "line 2: a critical control"},
        {"dn: o=a\nb@d: x\n", "line 2: not an attribute name"},
    };
    for (const auto& [text, wanted] : table)
        EXPECT_NE(failure_of(text).find(wanted), std::string::npos)
            << text << " gave: " << failure_of(text);
    EXPECT_NE(failure_of(std::string_view("dn: o=a\no: a\0b\n", 15)).find("NUL"),
              std::string::npos);
}

TEST(ldif_reader, keeps_its_limits) {
    const auto longer = "dn: o=a\no: " + std::string(100, 'x') + "\n";
    EXPECT_EQ(failure_of(longer, {200, 4096, 10}), "");
    EXPECT_NE(failure_of(longer, {50, 4096, 10}).find("max_line"), std::string::npos);
    EXPECT_NE(failure_of(longer, {200, 60, 10}).find("max_entry"), std::string::npos);
    EXPECT_NE(failure_of("dn: o=a\no: 1\no: 2\no: 3\n", {200, 4096, 2}).find("max_values"),
              std::string::npos);
    EXPECT_NE(
        failure_of("dn: o=a\no: 1\n 2222222222\n 2222222222\n", {12, 4096, 2}).find("max_line"),
        std::string::npos);
}

TEST(ldif_reader, ends_quietly_where_there_is_nothing) {
    for (const std::string_view text : {"", "\n\n", "version: 1\n", "# only a comment", "\r\n"})
        EXPECT_EQ(failure_of(text), "");
}

} // namespace
