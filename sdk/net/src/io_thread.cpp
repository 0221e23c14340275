// SPDX-License-Identifier: Apache-2.0
#include "io_thread.hpp"

#include "connection_impl.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace waypost::net {

thread_local const io_thread* io_thread::current_ = nullptr;

io_thread::io_thread(std::size_t number, const io_pool_options& options,
                     std::function<void()> on_last_closed)
    : index(number), scratch(limits::input_bytes), options_(options),
      on_last_closed_(std::move(on_last_closed)), work_(context.get_executor()), tick_(context) {}

io_thread::~io_thread() = default;

void io_thread::start() {
    thread_ = std::thread([this] { loop(); });
    const std::string name = options_.name.substr(0, 12) + "." + std::to_string(index);
    ::pthread_setname_np(thread_.native_handle(), name.c_str());
}

void io_thread::loop() {
    // Signals are the main thread's business, and OpenSSL's write() must not raise SIGPIPE.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    current_ = this;
    for (;;) {
        try {
            context.run();
            return;
        } catch (const std::exception& bug) {
            fault(bug.what());
        }
    }
}

void io_thread::stop() {
    asio::post(context, [this] {
        stopping_ = true;
        work_.reset();
        tick_.cancel();
        for (const auto& each : at_stop_)
            each();
        at_stop_.clear();
        while (connections_ != nullptr)
            connection_ref(*connections_)->close(close_reason::shutdown);
    });
}

void io_thread::join() {
    if (thread_.joinable())
        thread_.join();
    stopping_ = true;
    {
        const std::lock_guard lock(mailbox_mutex_);
        joined_ = true;
    }
    empty_mailbox();
}

void io_thread::post(connection_ref to, void (*fn)(session&, void*), void* arg) {
    bool wake = false, late = false;
    {
        const std::lock_guard lock(mailbox_mutex_);
        wake = mailbox_.empty();
        late = joined_;
        mailbox_.push_back({std::move(to), fn, arg});
    }
    if (late)
        empty_mailbox();
    else if (wake)
        asio::post(context, [this] { empty_mailbox(); });
}

void io_thread::empty_mailbox() {
    std::unique_lock lock(mailbox_mutex_);
    if (std::exchange(delivering_, true))
        return; // a letter that is posted while another one is read comes next
    do {
        letters_.swap(mailbox_);
        lock.unlock();
        for (letter& each : letters_) {
            auto& to = static_cast<connection_impl&>(*each.to);
            to.deliver_post(each.fn, each.arg);
            each.to.reset();
        }
        letters_.clear();
        lock.lock();
    } while (joined_ && !mailbox_.empty());
    delivering_ = false;
}

void io_thread::open(int fd, connection_options options) {
    if (stopping_) {
        if (options.admitted_by)
            options.admitted_by->leave(options.peer);
        ::close(fd);
        load.fetch_sub(1);
        return;
    }
    connection_impl::open(*this, fd, std::move(options));
}

void io_thread::attach(connection_impl& which) noexcept {
    which.list_next = connections_;
    which.list_previous = nullptr;
    if (connections_ != nullptr)
        connections_->list_previous = &which;
    connections_ = &which;
    if (!ticking_)
        arm_tick();
}

void io_thread::detach(connection_impl& which) noexcept {
    if (which.list_previous != nullptr)
        which.list_previous->list_next = which.list_next;
    else
        connections_ = which.list_next;
    if (which.list_next != nullptr)
        which.list_next->list_previous = which.list_previous;
    load.fetch_sub(1);
    if (connections_ == nullptr)
        on_last_closed_();
}

void io_thread::drain() {
    visiting_.clear();
    for (connection_impl* each = connections_; each != nullptr; each = each->list_next)
        visiting_.emplace_back(*each);
    for (const connection_ref& each : visiting_)
        static_cast<connection_impl&>(*each).drain();
    visiting_.clear();
}

/// The tick runs only while there are connections, so that an idle process sleeps.
void io_thread::arm_tick() {
    if (options_.manual_clock)
        return;
    ticking_ = true;
    tick_.expires_after(std::chrono::seconds(1));
    tick_.async_wait([this](const error_code& failure) {
        ticking_ = false;
        if (failure || stopping_)
            return;
        advance();
        if (connections_ != nullptr && !ticking_)
            arm_tick();
    });
}

void io_thread::advance() {
    wheel.advance([](timer_entry& entry) { static_cast<connection_impl&>(entry).expire(); });
}

void io_thread::fault(std::string_view what) const noexcept {
    try {
        if (options_.on_fault)
            options_.on_fault(what);
    } catch (...) { // reporting a bug must not be one
    }
}

} // namespace waypost::net
