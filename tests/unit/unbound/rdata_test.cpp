// SPDX-License-Identifier: Apache-2.0
#include "parse/rdata.hpp"

#include <gtest/gtest.h>

using namespace waypost::unbound;
using namespace std::string_literals;

namespace {

struct sample {
    const char* type;
    std::string rdata;
    const char* text; // null: malformed
};

const sample samples[] = {
    {"A", "\x7f\0\0\1"s, "127.0.0.1"},
    {"A", "\x7f\0\0"s, nullptr},
    {"AAAA", "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"s, "2001:db8::1"},
    {"AAAA", "\x20\1"s, nullptr},
    {"MX", "\0\x0a\2mx\7example\3org\0"s, "10 mx.example.org."},
    {"MX", "\0\0\0"s, "0 ."},
    {"MX", "\0\x0a\2mx"s, nullptr},
    {"MX", "\0"s, nullptr},
    {"MX", "\0\x0a\2mx\0extra"s, nullptr},
    {"CNAME", "\3w.w\0"s, "w\\.w."},
    {"CNAME", "\1\x07\0"s, "\\007."},
    {"NS", "\x40x\0"s, nullptr}, // a label of 64 octets, or a pointer
    {"TXT", "\5hello\3a\"b"s, "\"hello\" \"a\\\"b\""},
    {"TXT", "\5hell"s, nullptr},
    {"TXT", ""s, nullptr},
    {"SRV", "\0\1\0\2\0\x19\1m\0"s, "1 2 25 m."},
    {"TLSA", "\3\1\1\xab\xcd"s, "3 1 1 abcd"},
    {"TLSA", "\3\1"s, nullptr},
    {"CAA", "\0\5issueca.example"s, "0 issue \"ca.example\""},
    {"SOA", "\1n\0\1p\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"s, "n. p. 1 2 3 4 5"},
};

TEST(rdata, is_read_as_a_zone_file_has_it) {
    for (const auto& one : samples) {
        const auto text = to_text(*type_number(one.type), one.rdata);
        if (one.text == nullptr)
            EXPECT_FALSE(text) << one.type << ": " << *text;
        else
            EXPECT_EQ(text, std::string(one.text)) << one.type;
    }
}

TEST(rdata, an_unknown_type_keeps_its_octets) {
    EXPECT_EQ(to_text(65280, "\1\xff"s), "\\# 2 01ff");
    EXPECT_FALSE(type_number("NOSUCH"));
}

TEST(rdata, a_name_has_at_most_255_octets) {
    std::string wire;
    for (int i = 0; i < 4; ++i)
        wire += "\x3f" + std::string(63, 'a');
    EXPECT_FALSE(name_text(wire + '\0'));
    wire.resize(3 * 64);
    EXPECT_TRUE(name_text(wire + '\0'));
}

} // namespace
