// SPDX-License-Identifier: Apache-2.0
#include "client/next_hop.hpp"
#include "parse/network.hpp"

#include <waypost/net/connector.hpp>

#include <gtest/gtest.h>

using namespace waypost::smtp;
using namespace waypost::smtp::client;
using kind = next_hop::kind;

namespace {

TEST(next_hop, says_whether_it_is_a_domain_a_host_or_an_address) {
    struct sample {
        const char* text;
        kind what;
        const char* name;
        std::uint16_t port;
    };
    for (const auto& one : {sample{"Example.org", kind::domain, "example.org", 0},
                            {"example.org:2525", kind::domain, "example.org", 2525},
                            {"example.org.", kind::domain, "example.org", 0},
                            {"[mx.example.org]", kind::host, "mx.example.org", 0},
                            {"[mx.example.org]:587", kind::host, "mx.example.org", 587},
                            {"[192.0.2.1]", kind::address, "192.0.2.1", 0},
                            {"[192.0.2.1]:26", kind::address, "192.0.2.1", 26},
                            {"[IPv6:2001:db8::1]:26", kind::address, "2001:db8::1", 26},
                            {"[2001:db8::1]", kind::address, "2001:db8::1", 0},
                            {"unix:/run/lmtp", kind::local, "/run/lmtp", 0}}) {
        const auto parsed = parse_next_hop(one.text);
        ASSERT_TRUE(parsed) << one.text;
        EXPECT_EQ(parsed->what, one.what) << one.text;
        EXPECT_EQ(parsed->name, one.name) << one.text;
        EXPECT_EQ(parsed->port, one.port) << one.text;
    }
}

TEST(next_hop, refuses_what_is_none) {
    for (const auto* bad :
         {"", "[", "[]", "[a", "a b", "example.org:", "example.org:0", "example.org:70000",
          "[192.0.2.1]x", "192.0.2.1", "unix:relative", "a\r\nb"})
        EXPECT_FALSE(parse_next_hop(bad)) << bad;
}

waypost::net::address peer(const char* ip) {
    return waypost::net::address::from(waypost::net::endpoint::tcp(ip, 25)->raw());
}

TEST(network, contains_what_shares_its_prefix) {
    EXPECT_TRUE(network::parse("192.0.2.0/25")->contains(peer("192.0.2.127")));
    EXPECT_FALSE(network::parse("192.0.2.0/25")->contains(peer("192.0.2.128")));
    EXPECT_TRUE(network::parse("192.0.2.1")->contains(peer("192.0.2.1")));
    EXPECT_FALSE(network::parse("192.0.2.1")->contains(peer("192.0.2.2")));
    EXPECT_TRUE(network::parse("2001:db8::/32")->contains(peer("2001:db8:1::1")));
    EXPECT_FALSE(network::parse("2001:db8::/32")->contains(peer("2001:db9::1")));
    EXPECT_FALSE(network::parse("2001:db8::/32")->contains(peer("192.0.2.1")));
}

TEST(network, refuses_half_the_world_and_what_is_no_network) {
    for (const auto* bad : {"0.0.0.0/0", "10.0.0.0/7", "::/0", "2000::/3", "192.0.2.0/33",
                            "192.0.2.0/", "example.org", ""})
        EXPECT_FALSE(network::parse(bad)) << bad;
}

} // namespace
