// SPDX-License-Identifier: Apache-2.0
// Picks what is due: each destination in turn gets one message under way, as long as it has room
// and the total has. A destination that is down or slow holds up nobody else, and a long queue
// costs memory only for its destinations, not for its messages.
#pragma once

#include "transfer/attempt.hpp"
#include "transfer/destination_state.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace waypost::kernel::transfer {

/// What an operator sees of a destination that is under way or resting.
struct destination_report {
    std::string name;
    std::size_t active = 0;
    std::size_t limit = 0;
    std::uint32_t failures = 0;
    std::int64_t rests_until_ns = 0;
    std::string why;
};

/// Thread-safe. Destinations belong to the scheduler's thread; others put what they have to say
/// into the inbox.
class scheduler final : private attempt_owner {
public:
    explicit scheduler(context& unit) : unit_(unit) {}
    ~scheduler();

    void start();
    /// Launches nothing from now on.
    void hold();
    /// The same; true when nothing is under way any more.
    bool drain(std::chrono::steady_clock::time_point deadline);
    void stop();

    /// [commit] Rows of the queue's index that came or changed.
    void changed(std::vector<index_row> rows, std::int64_t timer_ns);
    /// Looks again: the clock was moved, or a resting destination is to be tried now (empty: none).
    void wake(std::string_view destination = {});
    std::vector<destination_report> report() const;

private:
    struct transmitted_note {
        std::string destination;
        transmission how;
    };
    struct ended_note {
        std::string destination;
        log::message_id id;
    };
    struct notes {
        std::vector<index_row> rows;
        std::vector<transmitted_note> transmitted;
        std::vector<ended_note> ended;
        std::vector<attempt*> refused;
        std::vector<std::string> woken;
        std::vector<log::message_id> timers_done;
        std::int64_t timer_ns = never;
        bool wake = false;
        bool empty() const noexcept;
    };
    using state_map = std::unordered_map<std::string, std::unique_ptr<destination_state>>;

    void transmitted(const attempt& work, transmission how) override;
    void refused(attempt& work) override;
    void ended(const attempt& work) override;
    void post(const std::function<void(notes&)>& write);

    void run();
    void read(notes& inbox, std::int64_t now);
    void take_row(const index_row& row, std::int64_t now);
    void take_transmitted(transmitted_note& note, std::int64_t now);
    void take_ended(const ended_note& note, std::int64_t now);
    destination_state& state_of(const std::string& name);
    void refill(destination_state& at, std::int64_t now);
    /// Lists it, sets its alarm, or forgets it.
    void consider(destination_state& at, std::int64_t now);
    void set_alarm(destination_state& at, std::int64_t when);
    void ring(std::int64_t now);
    void launch_ready();
    void launch(destination_state& at, log::message_id id);
    void send_off();
    void check_timers(std::int64_t now);
    void resubmit();
    std::chrono::nanoseconds sleep_time(std::int64_t now) const;

    context& unit_;
    std::thread thread_;

    mutable std::mutex inbox_mutex_;
    std::condition_variable inbox_filled_;
    notes inbox_;

    mutable std::mutex state_mutex_; // held by the thread while it works, and by report()
    std::condition_variable idle_;
    state_map states_;
    std::deque<destination_state*> ready_;
    std::set<std::pair<std::int64_t, destination_state*>> alarms_;
    std::unordered_map<destination_state*, std::int64_t> alarm_of_;
    std::unordered_map<log::message_id, std::size_t> busy_; // attempts under way
    std::set<log::message_id> timers_under_way_;
    std::int64_t next_timer_ns_ = 0;
    bool timer_skipped_ = false; // of a message that was under way
    std::vector<attempt*> refused_;
    std::chrono::steady_clock::time_point not_before_{};
    std::size_t jobs_ = 0;   // attempts that have not ended
    std::size_t active_ = 0; // of them at their channels
    std::vector<attempt*> launched_;
    bool draining_ = false;
    bool stopping_ = false;
};

} // namespace waypost::kernel::transfer
