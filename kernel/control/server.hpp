// SPDX-License-Identifier: Apache-2.0
// The control socket: a Unix stream socket of mode 0660. One thread moves bytes (poll), a few
// workers run handlers, so that neither a slow directory nor a client that does not read holds up
// anybody else. Nothing here runs on the kernel's event loop.
//
//   client -> connection -> line -> [worker] table: parse, authorise, run -> rows, answer ->
//   connection -> client
#pragma once

#include "control/connection.hpp"
#include "control/table.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace waypost::kernel::control {

struct server_options {
    std::filesystem::path path;
    uid_t service_user = 0;
    limits limit;
};

/// Thread-safe. The table must outlive it.
class server {
public:
    /// Binds the socket. A stale one of an earlier run is replaced: the caller holds the lock of
    /// the state directory.
    static result<std::unique_ptr<server>> open(server_options options, const table& calls);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    void start();
    /// Takes no new request, lets running ones end, sends what is ready, then closes. Removes the
    /// socket.
    void stop();

private:
    struct task {
        std::shared_ptr<connection> client;
        std::string line;
    };

    server(server_options options, const table& calls, int listener, int wake);
    void move_bytes();
    void accept_some();
    void serve(const std::shared_ptr<connection>& client, short events);
    void finish_answers();
    void drop_ended();
    bool all_quiet();
    void work();
    void run(task job);
    void wake() const;

    const server_options options_;
    const table& calls_;
    const int listener_;
    const int wake_;
    std::vector<std::shared_ptr<connection>> connections_; // I/O thread

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<task> tasks_;
    std::vector<std::shared_ptr<connection>> answered_;
    std::size_t running_ = 0;
    bool stopping_ = false;

    std::thread io_;
    std::vector<std::thread> workers_;
};

} // namespace waypost::kernel::control
