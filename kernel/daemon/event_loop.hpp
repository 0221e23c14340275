// SPDX-License-Identifier: Apache-2.0
// The kernel's event loop: signals, timers, descriptors, and functions posted by other threads. It
// runs on the main thread and never runs plugin code or anything that blocks; such work goes to the
// supervisor (task_thread.hpp) or to the workers.
#pragma once

#include <waypost/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace waypost::kernel::daemon {

/// Single thread, but for post().
class event_loop {
public:
    using clock = std::chrono::steady_clock;
    using call = std::function<void()>;
    using timer_id = std::uint64_t;

    /// Blocks the signals of `handled` for this thread and all that it starts: make it before any
    /// other thread.
    static result<std::unique_ptr<event_loop>> make(const std::vector<int>& handled);
    ~event_loop();
    event_loop(const event_loop&) = delete;
    event_loop& operator=(const event_loop&) = delete;

    void on_signal(int number, call run) { signals_[number] = std::move(run); }
    /// `run` is called while `fd` can be read.
    void on_readable(int fd, call run);
    timer_id after(std::chrono::milliseconds delay, call run);
    timer_id every(std::chrono::milliseconds period, call run);
    void cancel(timer_id which) { timers_.erase(which); }
    /// [any thread]
    void post(call run);

    void run();
    void quit() noexcept { running_ = false; }

private:
    struct timer {
        clock::time_point due;
        std::chrono::milliseconds period;
        call run;
    };

    event_loop(int poller, int waker, int signal_fd)
        : poller_(poller), waker_(waker), signal_fd_(signal_fd) {}
    void read_signals();
    void run_posted();
    void run_timers();
    [[nodiscard]] int next_timeout_ms() const;

    const int poller_;
    const int waker_;
    const int signal_fd_;
    bool running_ = false;
    timer_id last_timer_ = 0;
    std::map<timer_id, timer> timers_;
    std::map<int, call> signals_;
    std::map<int, call> readable_;

    std::mutex mutex_;
    std::vector<call> posted_;
};

} // namespace waypost::kernel::daemon
