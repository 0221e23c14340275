// SPDX-License-Identifier: Apache-2.0
// When a delivery that failed for now is tried again: intervals that grow, spread by jitter, within
// a lifetime (R3.1; RFC 5321 s4.5.4.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace waypost::kernel::transfer {

struct retry_schedule {
    std::vector<std::chrono::milliseconds> intervals{
        std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::minutes(15),
        std::chrono::minutes(30), std::chrono::hours(1)};
    std::chrono::seconds lifetime = std::chrono::hours(24 * 5);

    /// Wait before attempt number `attempts` + 1; the last interval repeats. `random` any number:
    /// jitter of up to an eighth, so that what failed together is not tried together.
    std::chrono::nanoseconds wait(std::uint32_t attempts, std::uint64_t random) const {
        if (intervals.empty())
            return std::chrono::minutes(5);
        const auto index = attempts == 0 ? 0 : attempts - 1;
        const std::chrono::nanoseconds base =
            intervals[index < intervals.size() ? index : intervals.size() - 1];
        const auto spread = static_cast<std::uint64_t>(base.count() / 8);
        return base + std::chrono::nanoseconds(spread == 0 ? 0 : random % spread);
    }
};

} // namespace waypost::kernel::transfer
