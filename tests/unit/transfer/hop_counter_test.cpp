// SPDX-License-Identifier: Apache-2.0
#include "transfer/hop_counter.hpp"

#include <gtest/gtest.h>

namespace waypost::kernel::transfer {
namespace {

struct example {
    std::string_view header;
    std::uint32_t hops;
};

const example table[] = {
    {"", 0},
    {"Received: from a\r\n", 1},
    {"RECEIVED:x\r\nreceived:\r\n", 2},
    {"Received: a\r\n\tb\r\nSubject: Received: c\r\n", 1},
    {"X-Received: a\r\n Received: folded\r\n", 0},
    {"Received : old\r\n", 0},
    {"Subject: x\r\n\r\nReceived: in the body\r\n", 0},
    {"\r\nReceived: in the body\r\n", 0},
    {"\nReceived: in the body\n", 0},
    {"Received: no line end", 1},
    {"Receive", 0},
};

TEST(hop_counter, counts_received_fields_of_the_header) {
    for (const auto& one : table) {
        hop_counter counted;
        counted.feed(one.header);
        EXPECT_EQ(counted.hops(), one.hops) << one.header;
    }
}

TEST(hop_counter, does_not_care_how_the_header_arrives) {
    for (const auto& one : table)
        for (std::size_t step = 1; step < 5; ++step) {
            hop_counter counted;
            for (std::size_t at = 0; at < one.header.size(); at += step)
                counted.feed(one.header.substr(at, step));
            EXPECT_EQ(counted.hops(), one.hops) << step << ' ' << one.header;
        }
}

} // namespace
} // namespace waypost::kernel::transfer
