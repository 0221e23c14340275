// SPDX-License-Identifier: Apache-2.0
// Caps, bounds, lanes and the end of the worker pool.
#include "host/worker_pool.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

namespace waypost::kernel::host {
namespace {

TEST(worker_pool, runs_everything_before_it_stops) {
    std::atomic<int> ran{0};
    worker_pool pool({.general_threads = 3,
                      .authentication_threads = 1,
                      .calls_per_instance = 2,
                      .queue = 10'000});
    for (int i = 0; i < 1'000; ++i)
        ASSERT_TRUE(pool.run(i % 2 == 0 ? "a" : "b", [&] { ++ran; }));
    pool.stop();
    EXPECT_EQ(ran, 1'000);
    EXPECT_EQ(pool.run("a", [] {}).failure().status, WP_STOPPING);
}

TEST(worker_pool, an_instance_has_at_most_its_cap_and_leaves_room_for_others) {
    worker_pool pool(
        {.general_threads = 3, .authentication_threads = 1, .calls_per_instance = 2, .queue = 100});
    std::promise<void> open;
    const auto gate = open.get_future().share();
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::latch two_inside(2);
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(pool.run("slow", [&, i] {
            most = std::max(most.load(), ++inside);
            if (i < 2)
                two_inside.count_down();
            gate.wait();
            --inside;
        }));
    two_inside.wait();
    std::promise<void> other;
    ASSERT_TRUE(pool.run("quick", [&] { other.set_value(); }));
    other.get_future().wait(); // runs though "slow" fills its cap
    EXPECT_EQ(pool.waiting(lane::general), 8U);
    open.set_value();
    pool.stop();
    EXPECT_EQ(most, 2);
}

TEST(worker_pool, a_full_queue_is_busy_and_the_other_lane_is_not) {
    worker_pool pool(
        {.general_threads = 1, .authentication_threads = 1, .calls_per_instance = 1, .queue = 2});
    std::promise<void> open;
    const auto gate = open.get_future().share();
    std::promise<void> running;
    ASSERT_TRUE(pool.run("x", [&] {
        running.set_value();
        gate.wait();
    }));
    running.get_future().wait();
    EXPECT_TRUE(pool.run("x", [] {}));
    EXPECT_TRUE(pool.run("x", [] {}));
    EXPECT_EQ(pool.run("x", [] {}).failure().status, WP_BUSY);
    std::promise<void> checked;
    ASSERT_TRUE(pool.run(
        "x", [&] { checked.set_value(); }, lane::authentication));
    checked.get_future().wait();
    open.set_value();
    pool.stop(); // before what the tasks use is gone
}

TEST(worker_pool, what_a_task_throws_is_reported) {
    std::string heard;
    {
        worker_pool pool({.general_threads = 1, .authentication_threads = 1},
                         [&](std::string_view instance, std::string_view what) {
                             heard = std::string(instance) + ": " + std::string(what);
                         });
        ASSERT_TRUE(pool.run("x", [] { throw std::runtime_error("oops"); }));
    }
    EXPECT_EQ(heard, "x: oops");
}

TEST(worker_pool, zero_threads_means_by_processors) {
    const auto limits = worker_limits_for(0, 3, 0);
    EXPECT_GE(limits.general_threads, 4U);
    EXPECT_EQ(limits.authentication_threads, 3U);
}

} // namespace
} // namespace waypost::kernel::host
