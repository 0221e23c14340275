// SPDX-License-Identifier: Apache-2.0
#include "transfer/envelope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace waypost::kernel::transfer;

namespace {

envelope sample() {
    envelope what;
    what.sender = "ann@example.com";
    what.envid = "a b\x01\x01\nc%";
    what.flags = 5;
    what.received_ns = 1'700'000'000'000'000'000;
    what.client_address = "192.0.2.7";
    what.protocol = "ESMTP";
    auto& first = what.recipients.emplace_back();
    first.key = 1;
    first.address = "bob@example.org";
    first.original = "Bob+x@example.net";
    first.detail = "x";
    first.errors_to = "owner@example.com";
    first.channel = "mailbox";
    first.account = "bob@example.org";
    first.state = recipient_state::held;
    first.attempts = 3;
    first.next_try_ns = 42;
    first.last_error = "452 mailbox is full\r\nreally";
    what.recipients.emplace_back().address = "\"odd local=part\"@example.org";
    what.recipients.back().original = what.recipients.back().address;
    return what;
}

std::string encoded(const envelope& what) {
    std::string text;
    encode(what, text);
    return text;
}

TEST(envelope, survives_a_round_trip) {
    const auto text = encoded(sample());
    const auto back = decode(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(encoded(*back), text);
    EXPECT_EQ(back->envid, sample().envid);
    EXPECT_EQ(back->recipients.at(0).last_error, sample().recipients.at(0).last_error);
    EXPECT_EQ(back->recipients.at(0).original, "Bob+x@example.net");
    EXPECT_EQ(back->recipients.at(1).address, sample().recipients.at(1).address);
    EXPECT_EQ(back->recipients.at(1).original, sample().recipients.at(1).address);
}

TEST(envelope, keeps_the_state_of_each_recipient_and_the_last_key_that_was_given) {
    for (const auto state : {recipient_state::pending, recipient_state::held,
                             recipient_state::handed, recipient_state::failed}) {
        auto what = sample();
        what.last_added_key = added_keys + 2;
        what.recipients[0].state = state;
        const auto back = decode(encoded(what));
        ASSERT_TRUE(back);
        EXPECT_EQ(back->recipients.at(0).state, state);
        EXPECT_EQ(back->last_added_key, added_keys + 2);
    }
}

// R3.2: no value can contain the line that ends an envelope, nor start a line of its own.
TEST(envelope, holds_no_control_characters_but_its_line_ends) {
    for (const char c : encoded(sample()))
        EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << static_cast<int>(c);
}

TEST(envelope, passes_over_fields_it_does_not_know) {
    const auto back = decode("sender: a@b\nfrom-the-future: 1\nrecipient: c@d new=1 key=7\n");
    ASSERT_TRUE(back);
    EXPECT_EQ(back->sender, "a@b");
    EXPECT_EQ(back->recipients.at(0).key, 7u);
}

TEST(envelope, refuses_what_is_malformed_and_says_where) {
    for (const std::string_view text :
         {"sender: a@b\nno colon\n", "sender: a@b\nflags: x\n", "sender: a@b\nenvid: %4\n",
          "sender: a@b\nenvid: %zz\n", "sender: a@b\nrecipient: c@d state=lost\n"}) {
        const auto back = decode(text);
        ASSERT_FALSE(back) << text;
        EXPECT_THAT(back.failure().text, testing::HasSubstr("line 2"));
    }
}

} // namespace
