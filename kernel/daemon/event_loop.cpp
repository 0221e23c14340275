// SPDX-License-Identifier: Apache-2.0
#include "daemon/event_loop.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace waypost::kernel::daemon {
namespace {

constexpr int longest_wait_ms = 60'000;

bool add(int poller, int fd) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.fd = fd;
    return ::epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wanted) == 0;
}

} // namespace

result<std::unique_ptr<event_loop>> event_loop::make(const std::vector<int>& handled) {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int number : handled) {
        ::sigaddset(&signals, number);
    }
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::unique_ptr<event_loop> made(
        new event_loop(::epoll_create1(EPOLL_CLOEXEC), ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
                       ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC)));
    if (made->poller_ < 0 || made->waker_ < 0 || made->signal_fd_ < 0 ||
        !add(made->poller_, made->waker_) || !add(made->poller_, made->signal_fd_)) {
        return error{WP_TEMPFAIL,
                     fmt::format("cannot make the event loop: {}", std::strerror(errno))};
    }
    return made;
}

event_loop::~event_loop() {
    ::close(poller_);
    ::close(waker_);
    ::close(signal_fd_);
}

void event_loop::on_readable(int fd, call run) {
    if (add(poller_, fd)) {
        readable_[fd] = std::move(run);
    }
}

event_loop::timer_id event_loop::after(std::chrono::milliseconds delay, call run) {
    timers_[++last_timer_] = {clock::now() + delay, std::chrono::milliseconds(0), std::move(run)};
    return last_timer_;
}

event_loop::timer_id event_loop::every(std::chrono::milliseconds period, call run) {
    timers_[++last_timer_] = {clock::now() + period, period, std::move(run)};
    return last_timer_;
}

void event_loop::post(call run) {
    {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(run));
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(waker_, &one, sizeof one);
}

void event_loop::run() {
    running_ = true;
    while (running_) {
        std::array<epoll_event, 16> events{};
        const int count = ::epoll_wait(poller_, events.data(), static_cast<int>(events.size()),
                                       next_timeout_ms());
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == waker_) {
                run_posted();
            } else if (fd == signal_fd_) {
                read_signals();
            } else if (const auto found = readable_.find(fd); found != readable_.end()) {
                found->second();
            }
        }
        run_timers();
    }
}

void event_loop::read_signals() {
    signalfd_siginfo got{};
    while (::read(signal_fd_, &got, sizeof got) == static_cast<ssize_t>(sizeof got)) {
        if (const auto found = signals_.find(static_cast<int>(got.ssi_signo));
            found != signals_.end()) {
            found->second();
        }
    }
}

void event_loop::run_posted() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = ::read(waker_, &count, sizeof count);
    std::vector<call> now;
    {
        const std::lock_guard lock(mutex_);
        now.swap(posted_);
    }
    for (const auto& run : now) {
        run();
    }
}

void event_loop::run_timers() {
    const auto now = clock::now();
    std::vector<timer_id> due;
    for (const auto& [id, one] : timers_) {
        if (one.due <= now) {
            due.push_back(id);
        }
    }
    for (const timer_id id : due) {
        const auto found = timers_.find(id);
        if (found == timers_.end()) {
            continue; // cancelled by an earlier one
        }
        const call run = found->second.run;
        if (found->second.period.count() > 0) {
            found->second.due = now + found->second.period;
        } else {
            timers_.erase(found);
        }
        run();
    }
}

int event_loop::next_timeout_ms() const {
    auto wait = std::chrono::milliseconds(longest_wait_ms);
    const auto now = clock::now();
    for (const auto& [id, one] : timers_) {
        wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(one.due - now));
    }
    return std::max(0, static_cast<int>(wait.count()));
}

} // namespace waypost::kernel::daemon
