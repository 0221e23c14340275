// SPDX-License-Identifier: Apache-2.0
#include "transfer/schedule.hpp"

#include <gtest/gtest.h>

using namespace waypost::kernel::transfer;
using namespace std::chrono_literals;

TEST(retry_schedule, grows_and_repeats_the_last_interval) {
    const retry_schedule schedule{.intervals = {60s, 300s}, .lifetime = 3600s};
    EXPECT_EQ(schedule.wait(1, 0), 60s);
    EXPECT_EQ(schedule.wait(2, 0), 300s);
    EXPECT_EQ(schedule.wait(9, 0), 300s);
}

TEST(retry_schedule, spreads_by_at_most_an_eighth) {
    const retry_schedule schedule{.intervals = {80s}, .lifetime = 3600s};
    for (std::uint64_t random = 0; random < 1'000; ++random) {
        const auto wait = schedule.wait(1, random * 0x9e3779b97f4a7c15u);
        EXPECT_GE(wait, 80s);
        EXPECT_LT(wait, 90s);
    }
}
