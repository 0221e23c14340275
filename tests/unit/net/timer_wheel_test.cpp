// SPDX-License-Identifier: Apache-2.0
#include "timer_wheel.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace waypost::net {
namespace {

TEST(timer_wheel, expires_at_its_tick_also_beyond_one_turn) {
    for (const std::uint32_t ticks : {1u, 2u, 511u, 512u, 513u, 2000u}) {
        timer_wheel wheel;
        timer_entry entry;
        wheel.set(entry, ticks);
        std::uint32_t passed = 0;
        bool expired = false;
        while (!expired && passed < 5000) {
            ++passed;
            wheel.advance([&](timer_entry&) { expired = true; });
        }
        EXPECT_EQ(passed, ticks);
    }
}

TEST(timer_wheel, a_deadline_may_move_both_ways) {
    timer_wheel wheel;
    timer_entry later;
    timer_entry sooner;
    timer_entry off;
    wheel.set(later, 5);
    wheel.set(later, 20);
    wheel.set(sooner, 20);
    wheel.set(sooner, 3);
    wheel.set(off, 4);
    wheel.set(off, 0);
    std::vector<std::pair<std::uint32_t, timer_entry*>> seen;
    for (std::uint32_t tick = 1; tick <= 600; ++tick)
        wheel.advance([&](timer_entry& entry) { seen.emplace_back(tick, &entry); });
    const std::vector<std::pair<std::uint32_t, timer_entry*>> expected{{3, &sooner}, {20, &later}};
    EXPECT_EQ(seen, expected);
}

TEST(timer_wheel, entries_may_be_removed_while_others_expire) {
    timer_wheel wheel;
    timer_entry a;
    timer_entry b;
    wheel.set(a, 1);
    wheel.set(b, 1);
    int expired = 0;
    wheel.advance([&](timer_entry& entry) {
        ++expired;
        wheel.remove(&entry == &a ? b : a);
    });
    EXPECT_EQ(expired, 1);
}

} // namespace
} // namespace waypost::net
