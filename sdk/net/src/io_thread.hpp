// SPDX-License-Identifier: Apache-2.0
// One io thread: event loop, mailbox for work from other threads, timer wheel, buffers, and its
// connections.
#pragma once

#include "asio.hpp"
#include "chunk_pool.hpp"
#include "timer_wheel.hpp"

#include <waypost/net/connection.hpp>
#include <waypost/net/io_pool.hpp>

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace waypost::net {

class connection_impl;

/// *strand* of its own thread, but for post(), run_on() and load, which are *thread-safe*.
class io_thread : public std::enable_shared_from_this<io_thread> {
public:
    io_thread(std::size_t index, const io_pool_options& options,
              std::function<void()> on_last_closed);
    ~io_thread();

    void start();
    /// Closes connections and ends the loop; then join() returns.
    void stop();
    void join();

    /// Delivered in order; the loop is woken only when the mailbox was empty. After join() the
    /// caller delivers: what waits for an answer is never forgotten, and frees what it holds.
    void post(connection_ref to, void (*fn)(session&, void*), void* arg);
    /// Runs `fn` on this thread: at once when called on it.
    template <class Fn>
    void run_on(Fn fn) {
        if (is_current())
            fn();
        else
            asio::post(context, std::move(fn));
    }
    bool is_current() const noexcept { return current_ == this; }

    /// Takes over a connected descriptor. On this thread.
    void open(int fd, connection_options options);
    void drain();
    void advance();
    /// Called once when the thread stops, on it: whoever waits on the loop must end. Before start()
    /// or on this thread.
    using stop_list = std::list<std::function<void()>>;
    stop_list::iterator at_stop(std::function<void()> fn) {
        return at_stop_.insert(at_stop_.end(), std::move(fn));
    }
    void forget(stop_list::iterator which) {
        if (!stopping_)
            at_stop_.erase(which);
    }
    void fault(std::string_view what) const noexcept;

    void attach(connection_impl& which) noexcept;
    void detach(connection_impl& which) noexcept;

    const std::size_t index;
    asio::io_context context{1};
    chunk_pool chunks;
    timer_wheel wheel;
    std::vector<char> scratch;        // one read; never held beyond a callback
    std::atomic<std::size_t> load{0}; // connections here or on their way

private:
    struct letter {
        connection_ref to;
        void (*fn)(session&, void*);
        void* arg;
    };
    void loop();
    void empty_mailbox();
    void arm_tick();

    const io_pool_options& options_;
    std::function<void()> on_last_closed_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    asio::steady_timer tick_;
    std::mutex mailbox_mutex_;
    std::vector<letter> mailbox_;
    bool delivering_ = false; // somebody takes what is in the mailbox
    bool joined_ = false;
    std::vector<letter> letters_; // being delivered
    std::vector<connection_ref> visiting_;
    stop_list at_stop_;
    connection_impl* connections_ = nullptr;
    bool ticking_ = false;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
    static thread_local const io_thread* current_;
};

} // namespace waypost::net
