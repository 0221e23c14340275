// SPDX-License-Identifier: Apache-2.0
// What the scheduler knows of one destination: what is due there, how much of it at once, and
// whether it is resting after it could not be reached.
#pragma once

#include "transfer/destination.hpp"
#include "transfer/options.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace waypost::kernel::transfer {

/// Single thread: the scheduler's.
class destination_state {
public:
    destination_state(std::string name, bool is_local, const options& settings);

    const std::string& name() const noexcept { return name_; }

    std::deque<log::message_id> window;        // due, in order
    std::map<log::message_id, bool> under_way; // true: its entry changed since it was launched
    bool more = false;                         // the queue holds due messages behind the window
    bool again = false;           // look again when something that is under way has ended
    std::int64_t next_ns = never; // the first one that is not due yet
    bool is_listed = false;       // among those ready to go

    std::size_t active = 0; // jobs at the channel
    bool has_room() const noexcept { return active < limit_; }
    std::size_t limit() const noexcept { return limit_; }

    bool is_resting(std::int64_t now) const noexcept { return now < rests_until_ns_; }
    std::int64_t rests_until_ns() const noexcept { return rests_until_ns_; }
    const std::string& why() const noexcept { return why_; }
    std::uint32_t failures() const noexcept { return failures_; }

    /// Feedback: a destination that answers gets more at once, one that does not rests, longer each
    /// time, and then gets one message to show that it is back.
    void reached() noexcept;
    void unreachable(std::int64_t now, std::string why);
    void wake() noexcept;

    /// Nothing is known of it that has to be remembered.
    bool is_idle(std::int64_t now) const noexcept;
    std::int64_t wakes_at(std::int64_t now) const noexcept;

private:
    std::string name_;
    const options& settings_;
    std::size_t limit_;
    std::size_t most_;
    std::uint32_t failures_ = 0;
    std::int64_t rests_until_ns_ = 0;
    std::string why_;
};

} // namespace waypost::kernel::transfer
