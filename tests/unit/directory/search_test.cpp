// SPDX-License-Identifier: Apache-2.0
// Search filters and URLs: what they match, what is refused.
#include "directory/search/filter.hpp"
#include "fixture.hpp"

namespace waypost::testing {
namespace {

using directory::filter;
using directory::parse_search_url;
using directory::search_scope;

const entry ann{"uid=ann,o=x",
                {{"objectClass", {"inetUser"}},
                 {"cn", {"Ann (Mrs) Example", "A*"}},
                 {"mailQuota", {"100"}},
                 {"title", {"Head Clerk"}}},
                {}};

bool matches(std::string_view text) {
    const auto made = filter::parse(text);
    EXPECT_TRUE(made) << text;
    const auto record = directory::encode_entry(ann.show().entry, 0, 0);
    return made && made->matches(directory::entry_view(*record));
}

TEST(search, filters_match) {
    for (const auto* text :
         {"(title=HEAD clerk)", "(title=*)", "(Title=head*)", "(title=*clerk)", "(title=h*d*c*k)",
          "(title=*ead cl*)", "(cn=ann \\28mrs\\29 example)", "(cn=a\\2a)", "(mailQuota>=99)",
          "(mailQuota<=100)", "(&(title=*)(objectClass=inetuser))",
          "(|(title=x)(title=head clerk))", "(!(title=x))", "(!(telephoneNumber=1))", "(&)",
          "(title~=head clerk)"})
        EXPECT_TRUE(matches(text)) << text;
    for (const auto* text : {"(title=head)", "(title=x*)", "(title=*x)", "(title=head*head clerk)",
                             "(mailQuota>=101)", "(mailQuota<=20)", "(|)", "(!(title=*))",
                             "(&(title=*)(mail=*))", "(phone=*)", "(title=)"})
        EXPECT_FALSE(matches(text)) << text;
}

TEST(search, refuses_what_is_no_filter) {
    for (const auto* text :
         {"", "title=x", "(title=x", "(title=x))", "(title)", "(=x)", "(ti tle=x)", "(!(a=b)(c=d))",
          "(!)", "(a=\\2)", "(a=\\zz)", "(a=(b))", "(a>=b*c)", "(a:=b)", "(&(a=b)c=d)"})
        EXPECT_FALSE(filter::parse(text)) << text;
    EXPECT_FALSE(filter::parse("(a=" + std::string(2000, 'x') + ")"));
    std::string deep;
    for (int i = 0; i < 40; ++i)
        deep += "(!";
    EXPECT_FALSE(filter::parse(deep + "(a=b)" + std::string(40, ')')));
    std::string wide = "(|";
    for (int i = 0; i < 140; ++i)
        wide += "(a=b)";
    EXPECT_FALSE(filter::parse(wide + ")"));
}

TEST(search, urls) {
    const auto whole = parse_search_url("LDAP:///ou=People,o=x??sub?(title=a%20b)");
    ASSERT_TRUE(whole) << whole.failure().text;
    EXPECT_EQ(whole->base, "ou=people,o=x");
    EXPECT_EQ(whole->scope, search_scope::sub);
    const auto bare = parse_search_url("ldap:///o=x");
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->scope, search_scope::base);
    EXPECT_EQ(parse_search_url("ldap:///o=x??one")->scope, search_scope::one);
    for (const auto* text :
         {"", "ldap://far.example/o=x", "ldaps:///o=x", "ldap:///", "ldap:///??sub?(a=b)",
          "ldap:///o=x??subtree", "ldap:///o=x??sub?(a=b", "ldap:///o=x%zz", "ldap:///o=x%00",
          "ldap:///o=x?mail?sub?(a=b)?!e-bind", "http:///o=x"})
        EXPECT_FALSE(parse_search_url(text)) << text;
}

} // namespace
} // namespace waypost::testing
