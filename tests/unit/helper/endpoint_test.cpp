// SPDX-License-Identifier: Apache-2.0
#include "helper/endpoint.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace waypost::kernel::helper {
namespace {

TEST(endpoint, reads_ipv4_ipv6_and_any) {
    auto v4 = parse_endpoint("192.0.2.7:25");
    ASSERT_TRUE(v4);
    EXPECT_EQ(v4->family, static_cast<std::uint32_t>(AF_INET));
    EXPECT_EQ(v4->port, 25);
    EXPECT_EQ(v4->address[3], 7);
    auto v6 = parse_endpoint("[::1]:0");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->family, static_cast<std::uint32_t>(AF_INET6));
    EXPECT_EQ(v6->address[15], 1);
    auto any = parse_endpoint("*:995");
    ASSERT_TRUE(any);
    EXPECT_EQ(any->family, static_cast<std::uint32_t>(AF_INET6));
}

TEST(endpoint, refuses_everything_else_and_says_what_to_write) {
    for (const std::string_view text : {"", ":", "25", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                                        "127.0.0.1:-1", "127.0.0.1:25x", "[]:25", "::1:25",
                                        "localhost:25", "[fe80::1%nowhere0]:25", "127.0.0.1 :25"}) {
        auto parsed = parse_endpoint(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.failure().status, WP_INVALID);
        EXPECT_NE(parsed.failure().text.find("127.0.0.1:25"), std::string::npos);
    }
}

} // namespace
} // namespace waypost::kernel::helper
