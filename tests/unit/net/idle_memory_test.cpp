// SPDX-License-Identifier: Apache-2.0
// Budget: an idle connection costs at most 10 KiB of process memory, of which this layer may use 2.
#include "loopback.hpp"

#include <malloc.h>
#include <sys/resource.h>

#include <fstream>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WAYPOST_SANITIZED 1
#endif
#endif

namespace waypost::net::test {
namespace {

std::size_t heap_bytes() {
    return ::mallinfo2().uordblks;
}

double round_trip_us(client& peer) {
    constexpr int rounds = 20000;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) {
        peer.say("ping\r\n");
        peer.hear(6);
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    return took.count() / rounds;
}

double cpu_us_of_this_process() {
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    return static_cast<double>(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 +
           static_cast<double>(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

TEST(connection, two_thousand_idle_ones_cost_less_than_two_kib_each) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    constexpr std::size_t count = 2000;
    if (files.rlim_max < 2 * count + 100)
        GTEST_SKIP() << "needs " << 2 * count + 100 << " descriptors";

    server with(make<echo_session>(), 2);
    std::vector<client> peers;
    peers.reserve(count);
    const std::size_t before = heap_bytes();
    for (std::size_t i = 0; i < count; ++i) {
        peers.push_back(with.connect());
        ASSERT_EQ(peers.back().hear(7), "hello\r\n");
        peers.back().say("x\r\n");
        ASSERT_EQ(peers.back().hear(3), "x\r\n");
    }
    const double each = static_cast<double>(heap_bytes() - before) / count;
    RecordProperty("bytes_per_idle_connection", static_cast<int>(each));
    const double cpu = cpu_us_of_this_process();
    const double wall = round_trip_us(peers[0]);
    std::printf(
        "idle connection: %.0f bytes; round trip: %.1f us wall, %.1f us CPU with the client\n",
        each, wall, (cpu_us_of_this_process() - cpu) / 20000);
#ifndef WAYPOST_SANITIZED
    EXPECT_LT(each, 2048);
#endif
}

} // namespace
} // namespace waypost::net::test
