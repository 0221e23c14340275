// SPDX-License-Identifier: Apache-2.0
#include "client/state.hpp"
#include "parse/server_reply.hpp"

#include <gtest/gtest.h>

using namespace waypost::smtp;
using outcome = reply_collector::outcome;

namespace {

TEST(server_reply, is_put_together_from_its_lines) {
    reply_collector in;
    EXPECT_EQ(in.add("250-far.example hello"), outcome::more);
    EXPECT_EQ(in.add("250-PIPELINING"), outcome::more);
    EXPECT_EQ(in.add("250 SIZE 1000"), outcome::complete);
    EXPECT_EQ(in.reply().text, "far.example hello\nPIPELINING\nSIZE 1000");
    EXPECT_EQ(in.add("550 5.1.1 <x@y>: no"), outcome::complete);
    EXPECT_EQ(in.reply().enhanced.detail, 1);
    EXPECT_EQ(in.reply().text, "<x@y>: no");
    EXPECT_EQ(in.reply().in_one_line(), "550 5.1.1 <x@y>: no");
    EXPECT_EQ(in.add("354"), outcome::complete);
}

TEST(server_reply, an_enhanced_code_of_another_class_is_text) {
    reply_collector in;
    in.add("450 5.1.1 odd");
    EXPECT_EQ(in.reply().enhanced.cls, 0);
    EXPECT_TRUE(in.reply().is_temporary());
}

TEST(server_reply, refuses_what_is_none) {
    for (const auto* bad : {"", "25", "abc", "199 x", "600 x", "250_x", "2500 x"}) {
        reply_collector in;
        EXPECT_EQ(in.add(bad), outcome::malformed) << bad;
    }
    reply_collector in;
    in.add("250-a");
    EXPECT_EQ(in.add("251 b"), outcome::malformed);
    reply_collector endless;
    auto last = outcome::more;
    for (std::size_t i = 0; i <= max_reply_lines && last == outcome::more; ++i)
        last = endless.add("250-x");
    EXPECT_EQ(last, outcome::malformed);
}

TEST(server_abilities, are_the_keywords_behind_the_first_line) {
    const auto found =
        client::parse_abilities("pipelining\nSIZE 35882577\nStartTLS\nDSN\n8BITMIME\nX-OWN a b");
    EXPECT_FALSE(found.pipelining);
    EXPECT_EQ(found.max_size, 35882577u);
    EXPECT_TRUE(found.starttls && found.dsn && found.eight_bit && found.size);
    EXPECT_FALSE(found.utf8);
}

} // namespace
