// SPDX-License-Identifier: Apache-2.0
// The life of the process: the event loop takes signals and timers, the supervisor does what they
// ask for, the service manager is told. start -> running -> [reload]* -> stop; a stop that takes
// too long is ended the hard way, which costs no mail: what was acknowledged is in the log.
#pragma once

#include "daemon/event_loop.hpp"
#include "daemon/task_thread.hpp"
#include "daemon/wiring.hpp"

namespace waypost::kernel::daemon {

/// Single thread (the event loop's), but for what it hands to the supervisor.
class process {
public:
    process(event_loop& loop, site& site, helper::client& helper, host::log_output& log);
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    /// From start to end; the exit code.
    int run();

private:
    void connect_signals();
    void begin_start();
    void started(const result<void>& outcome);
    void begin_stop(std::string_view why);
    void stopped(const std::vector<std::string>& late);
    [[noreturn]] void stop_hard(std::string_view why);
    void look_at_helper();
    result<control::json> reload_now();         // [supervisor]
    result<control::json> reload_for_control(); // [a control worker]
    void note(std::int32_t level, std::string_view text) { log_.write(level, "kernel", text); }

    event_loop& loop_;
    site& site_;
    helper::client& helper_;
    host::log_output& log_;
    std::atomic<bool> stopping_{false};
    int exit_code_ = 0;
    task_thread supervisor_;
};

} // namespace waypost::kernel::daemon
