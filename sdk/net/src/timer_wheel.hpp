// SPDX-License-Identifier: Apache-2.0
// Coarse timeouts of many connections: a wheel of 512 slots of a second. Moving a deadline further
// away is one store; the entry is put where it belongs when its old slot comes round.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace waypost::net {

/// Base of what can expire. *single thread*
struct timer_entry {
    timer_entry* previous = nullptr;
    timer_entry* next = nullptr;
    std::uint32_t deadline = 0;  // tick; 0: none
    std::uint32_t slot_tick = 0; // tick at which the slot comes round; 0: not in the wheel
};

/// *single thread*
class timer_wheel {
public:
    timer_wheel();
    std::uint32_t now() const noexcept { return now_; }
    /// Expires `ticks` after now; 0 switches off.
    void set(timer_entry& entry, std::uint32_t ticks) noexcept;
    void remove(timer_entry& entry) noexcept;
    /// One tick further; `expired` is called for each entry whose time has come. It may set or
    /// remove any.
    void advance(const std::function<void(timer_entry&)>& expired);

private:
    static constexpr std::size_t slots = 512;
    void insert(timer_entry& entry) noexcept;

    std::uint32_t now_ = 1;
    std::array<timer_entry, slots> heads_; // circular lists
};

} // namespace waypost::net
