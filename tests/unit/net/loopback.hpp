// SPDX-License-Identifier: Apache-2.0
// What the tests of sdk/net share: a blocking client, a server of one session type on a free port,
// and an event to wait for.
#pragma once

#include <waypost/net/connection.hpp>
#include <waypost/net/listener.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace waypost::net::test {

/// Something that happens once on another thread.
class event {
public:
    void set() {
        const std::lock_guard lock(mutex_);
        happened_ = true;
        changed_.notify_all();
    }
    [[nodiscard]] bool wait() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return happened_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool happened_ = false;
};

inline int listen_on_loopback() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(fd, 4096), 0);
    return fd;
}

/// Blocking, with a time limit on every call.
class client {
public:
    explicit client(const address& to) : client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        at.sin_port = htons(to.port());
        EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    }
    explicit client(int fd) : fd_(fd) {
        const timeval limit{20, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    client(client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    client(const client&) = delete;
    ~client() {
        if (fd_ >= 0)
            ::close(fd_);
    }

    int fd() const { return fd_; }
    void say(std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void end() { ::shutdown(fd_, SHUT_WR); }
    std::string hear(std::size_t bytes) {
        std::string out(bytes, '\0');
        std::size_t have = 0;
        while (have < bytes) {
            const ssize_t got = ::recv(fd_, out.data() + have, bytes - have, 0);
            if (got <= 0)
                break;
            have += static_cast<std::size_t>(got);
        }
        out.resize(have);
        return out;
    }
    std::string hear_all() {
        std::string out;
        for (;;) {
            char buffer[65536];
            const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
            if (got <= 0)
                return out;
            out.append(buffer, static_cast<std::size_t>(got));
        }
    }

private:
    int fd_;
};

/// A line of `count` times the same letter.
inline std::string long_line(std::size_t count, char letter) {
    std::string out(count, letter);
    out.append("\r\n");
    return out;
}

/// Sends back what comes, a line at a time; "QUIT" finishes.
class echo_session : public session {
public:
    explicit echo_session(connection& on) : connection_(on) {}
    void on_open() override { connection_.write("hello\r\n"); }
    std::size_t on_data(std::string_view input) override {
        std::size_t used = 0;
        for (std::size_t end = 0; (end = input.find('\n', used)) != std::string_view::npos;) {
            const std::string_view line = input.substr(used, end + 1 - used);
            connection_.write(line);
            used = end + 1;
            if (line == "QUIT\r\n") {
                connection_.finish();
                break;
            }
        }
        return used;
    }

protected:
    connection& connection_;
};

/// A pool with one listener.
class server {
public:
    explicit server(session_factory make, std::size_t threads = 1, bool manual_clock = false,
                    listener_options options = {})
        : pool({threads, "test", [this](std::string_view) { ++faults; }, manual_clock}) {
        options.make_session = std::move(make);
        auto adopted = listener::adopt(pool, listen_on_loopback(), std::move(options));
        EXPECT_TRUE(adopted);
        listening = std::move(*adopted);
        pool.start();
    }
    ~server() { pool.stop(); }

    client connect() const { return client(listening->local()); }

    std::atomic<int> faults{0};
    io_pool pool;
    std::unique_ptr<listener> listening;
};

template <class Session>
session_factory make() {
    return [](connection& on) { return std::make_unique<Session>(on); };
}

} // namespace waypost::net::test
