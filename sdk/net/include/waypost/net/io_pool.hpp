// SPDX-License-Identifier: Apache-2.0
// The io threads of a plugin instance. Each thread has an event loop of its own; a connection lives
// on one thread from accept to close, so that sessions need no locks.
#pragma once

#include <waypost/net/admission.hpp>
#include <waypost/net/connection.hpp>
#include <waypost/net/tls_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::net {

class io_thread;

struct io_pool_options {
    std::size_t threads = 0;  // 0: one per core
    std::string name = "net"; // thread names: "net.0"; at most 12 characters are seen
    /// [any] An exception came out of a session or handler: a bug. The connection is closed, the
    /// thread goes on.
    std::function<void(std::string_view what)> on_fault;
    /// Time stands still until advance(): for tests.
    bool manual_clock = false;
};

/// How a connection starts.
struct connection_options {
    session_factory make_session;
    std::shared_ptr<tls_slot> implicit_tls; // set: handshake before on_open
    std::shared_ptr<admission> admitted_by; // set: leave() at the end
    address peer;
    bool is_socket =
        true; // false: pipe, serial line; read() and write() instead of recv() and send()
};

/// *thread-safe* after construction; start and stop from one thread.
class io_pool {
public:
    explicit io_pool(io_pool_options options);
    ~io_pool();
    io_pool(const io_pool&) = delete;
    io_pool& operator=(const io_pool&) = delete;

    void start();
    /// Closes all connections and joins the threads. Idempotent.
    void stop();
    /// Calls on_drain() of every session.
    void drain();
    /// `fn` is called once, on an io thread, when no connection is left.
    void when_empty(std::function<void()> fn);

    std::size_t threads() const noexcept { return threads_.size(); }
    std::size_t connections() const noexcept;
    /// Takes over a connected stream: a TCP or Unix socket, inherited or accepted elsewhere. The
    /// thread with the fewest connections gets it. The descriptor is closed by the pool, also on
    /// failure.
    void adopt(int fd, connection_options options);
    /// The thread with the fewest connections; `preferred` when it is one of them.
    io_thread& next(const io_thread* preferred = nullptr) noexcept;
    io_thread& at(std::size_t index) noexcept { return *threads_[index]; }
    /// Moves the manual clock; returns when all timeouts due have been handled.
    void advance(std::chrono::seconds time);

private:
    io_pool_options options_;
    std::vector<std::shared_ptr<io_thread>> threads_;
    struct emptiness;
    std::shared_ptr<emptiness> emptiness_;
    bool running_ = false;
};

} // namespace waypost::net
