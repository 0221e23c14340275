// SPDX-License-Identifier: Apache-2.0
// Endpoints: opened, kept, shared out, refused.
#include "host/listen_service.hpp"
#include "host/listen_socket.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace waypost::kernel::host {
namespace {

using testing::HasSubstr;

TEST(listen_service, the_same_endpoint_again_is_the_same_socket) {
    listen_service service;
    const auto first = service.open("a", "127.0.0.1:0");
    ASSERT_TRUE(first) << first.failure().text;
    const auto address = bound_address(*first);
    ::close(*first);
    const auto second = service.open("a", "127.0.0.1:0");
    ASSERT_TRUE(second);
    EXPECT_EQ(bound_address(*second), address);
    EXPECT_NE(::fcntl(*second, F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(::fcntl(*second, F_GETFL) & O_NONBLOCK, 0);
    ::close(*second);
    ASSERT_EQ(service.bound().size(), 1U);
    EXPECT_EQ(service.bound()[0].address, address);
    service.forget("a");
    EXPECT_TRUE(service.bound().empty());
}

TEST(listen_service, another_instance_is_told_who_has_it) {
    listen_service service;
    const auto first = service.open("a", "127.0.0.1:0");
    ASSERT_TRUE(first);
    const auto taken = bound_address(*first);
    const auto mine = service.open("a", taken);
    EXPECT_THAT(mine.failure().text, HasSubstr("another program has it"));
    ::close(*first);
}

TEST(listen_service, a_binder_takes_the_place_of_the_sockets) {
    listen_service service([](std::string_view) { return bind_tcp("[::1]:0"); });
    const auto first = service.open("a", "*:25");
    if (!first)
        GTEST_SKIP() << "no IPv6 here";
    ::close(*first);
    listen_service refusing([](std::string_view) -> result<int> { return error{WP_DENIED, "no"}; });
    EXPECT_EQ(refusing.open("a", "*:25").failure().text, "no");
}

TEST(listen_service, a_dead_unix_socket_is_replaced_and_a_living_one_is_not) {
    char pattern[] = "/tmp/waypost-listen-XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(pattern);
    const auto endpoint = "unix:" + (folder / "lmtp").string();
    const auto dead = bind_unix(endpoint);
    ASSERT_TRUE(dead) << dead.failure().text;
    EXPECT_FALSE(bind_unix(endpoint));
    ::close(*dead);
    const auto living = bind_unix(endpoint);
    ASSERT_TRUE(living) << living.failure().text;
    EXPECT_EQ(bound_address(*living), endpoint);
    ::close(*living);
    std::filesystem::remove_all(folder);
}

TEST(listen_service, what_is_no_endpoint_is_refused) {
    for (const auto* text :
         {"", "25", ":25", "host.example:25", "127.0.0.1:", "127.0.0.1:99999", "[::1", "unix:"})
        EXPECT_FALSE(bind_tcp(text)) << text;
    EXPECT_THAT(bind_unix("unix:" + std::string(200, 'x')).failure().text,
                HasSubstr("is no endpoint"));
}

} // namespace
} // namespace waypost::kernel::host
