// SPDX-License-Identifier: Apache-2.0
#include "parse/address.hpp"
#include "parse/limits.hpp"
#include "parse/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waypost::smtp {
namespace {

struct row {
    std::string text;
    bool good;
    std::string_view local = {};
    std::string_view domain = {};
    host_kind host = host_kind::name;
};

TEST(mailbox, takes_what_rfc_5321_allows_and_nothing_else) {
    const std::string label(limits::domain_label, 'a');
    std::string long_local(limits::local_part + 1, 'l');
    long_local.append("@x");
    const row table[] = {
        {"ann@example.com", true, "ann", "example.com"},
        {"a.b+c@example.com", true, "a.b+c", "example.com"},
        {"!#$%&'*+-/=?^_`{|}~@x", true, "!#$%&'*+-/=?^_`{|}~", "x"},
        {"\"a b\"@x.org", true, "\"a b\"", "x.org"},
        {"\"a\\\"@b\"@x.org", true, "\"a\\\"@b\"", "x.org"},
        {"\"\"@x.org", true, "\"\"", "x.org"},
        {"a@[192.0.2.1]", true, "a", "[192.0.2.1]", host_kind::ipv4},
        {"a@[IPv6:2001:db8::1]", true, "a", "[IPv6:2001:db8::1]", host_kind::ipv6},
        {"a@[x-tag:content]", false},
        {"a@" + label, true, "a", label},
        {"\xc3\xa4@\xc3\xb6.org", true, "\xc3\xa4", "\xc3\xb6.org"},
        {"", false},
        {"ann", false},
        {"ann@", false},
        {"@example.com", false},
        {".a@x", false},
        {"a.@x", false},
        {"a..b@x", false},
        {"a b@x", false},
        {"a@b@c", false},
        {"a@-x.org", false},
        {"a@x-.org", false},
        {"a@x..org", false},
        {"a@x.org.", false},
        {"a@.x", false},
        {"a@x_y.org", false},
        {"a@" + label + "a.org", false},
        {"a@[300.0.2.1]", false},
        {"a@[192.0.2.1", false},
        {"a@[2001:db8::1]", false},
        {"a@[IPv6:12345::]", false},
        {"a@[]", false},
        {"a@[:x]", false},
        {"\"a@x.org", false},
        {"\"a\nb\"@x.org", false},
        {"\"a\"b@x.org", false},
        {"\xff@x.org", false},
        {"a@\xc3", false},
        {long_local, false},
        {std::string("a\0@x", 4), false},
    };
    for (const row& each : table) {
        const auto got = parse_mailbox(each.text);
        ASSERT_EQ(static_cast<bool>(got), each.good) << each.text;
        if (!got)
            continue;
        EXPECT_EQ(got->local, each.local);
        EXPECT_EQ(got->domain, each.domain);
        EXPECT_EQ(got->host, each.host);
        EXPECT_EQ(got->address, each.text);
        EXPECT_EQ(got->is_utf8, has_8bit(each.text));
    }
}

struct path_row {
    const char* text;
    path_use use;
    bool good;
    const char* address;
    const char* rest;
};

TEST(path, knows_null_sender_postmaster_and_source_routes) {
    const path_row table[] = {
        {"<a@x.org> SIZE=1", path_use::reverse, true, "a@x.org", " SIZE=1"},
        {"<>", path_use::reverse, true, "", ""},
        {"<>", path_use::forward, false, "", ""},
        {"<postmaster>", path_use::forward, true, "postmaster", ""},
        {"<PostMaster>", path_use::forward, true, "PostMaster", ""},
        {"<postmaster>", path_use::reverse, false, "", ""},
        {"<ann>", path_use::forward, false, "", ""},
        {"<@a.org,@b.org:c@d.org>", path_use::forward, true, "c@d.org", ""},
        {"<@a.org:c@d.org>", path_use::reverse, true, "c@d.org", ""},
        {"<@a.org,b.org:c@d.org>", path_use::forward, false, "", ""},
        {"<@a.org>", path_use::forward, false, "", ""},
        {"<@:c@d.org>", path_use::forward, false, "", ""},
        {"a@x.org", path_use::forward, false, "", ""},
        {"<a@x.org", path_use::forward, false, "", ""},
        {"<a@x.org >", path_use::forward, false, "", ""},
        {"< a@x.org>", path_use::forward, false, "", ""},
        {"<\"a>b\"@x.org>", path_use::forward, true, "\"a>b\"@x.org", ""},
        {"", path_use::forward, false, "", ""},
        {"<", path_use::forward, false, "", ""},
    };
    for (const path_row& each : table) {
        std::string_view input = each.text;
        const auto got = parse_path(input, each.use);
        ASSERT_EQ(static_cast<bool>(got), each.good) << each.text;
        if (!got)
            continue;
        EXPECT_EQ(got->to.address, each.address) << each.text;
        EXPECT_EQ(input, each.rest) << each.text;
    }
}

TEST(client_name, is_a_name_or_a_literal) {
    for (const char* good : {"mail.example.com", "localhost", "my_pc", "[127.0.0.1]", "[IPv6:::1]"})
        EXPECT_TRUE(is_client_name(good)) << good;
    for (const char* bad : {"", "a b", "a..b", "[1.2.3]", "a\r", "(x)", "\xc3\xa4.org"})
        EXPECT_FALSE(is_client_name(bad)) << bad;
}

TEST(utf8, refuses_overlong_forms_surrogates_and_stubs) {
    for (const char* good :
         {"", "a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const char* bad :
         {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc2", "\xe2\x82", "\xff"})
        EXPECT_FALSE(is_utf8(bad)) << bad;
}

} // namespace
} // namespace waypost::smtp
