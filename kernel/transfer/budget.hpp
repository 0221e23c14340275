// SPDX-License-Identifier: Apache-2.0
// Memory for messages on their way in: a message is collected in memory while the budget has room;
// beyond it, or beyond one record, it goes to a file in small pieces. Nobody waits for anybody
// else's memory.
#pragma once

#include <atomic>
#include <cstddef>

namespace waypost::kernel::transfer {

/// Thread-safe.
class ingest_budget {
public:
    explicit ingest_budget(std::size_t bytes) : limit_(bytes) {}

    bool take(std::size_t bytes) noexcept {
        auto used = used_.load(std::memory_order_relaxed);
        do {
            if (used + bytes > limit_)
                return false;
        } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
        return true;
    }
    void give(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }
    std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

private:
    std::size_t limit_;
    std::atomic<std::size_t> used_{0};
};

} // namespace waypost::kernel::transfer
