// SPDX-License-Identifier: Apache-2.0
#include "io_thread.hpp"

#include <waypost/net/io_pool.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

namespace waypost::net {

/// Whom to tell when the last connection closes. *thread-safe*
struct io_pool::emptiness {
    std::mutex mutex;
    std::function<void()> tell;

    void check(const io_pool& pool) {
        std::function<void()> now;
        if (pool.connections() == 0) {
            const std::lock_guard lock(mutex);
            now = std::exchange(tell, nullptr);
        }
        if (now)
            now();
    }
};

io_pool::io_pool(io_pool_options options)
    : options_(std::move(options)), emptiness_(std::make_shared<emptiness>()) {
    if (options_.threads == 0)
        options_.threads = std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < options_.threads; ++i)
        threads_.push_back(
            std::make_shared<io_thread>(i, options_, [this] { emptiness_->check(*this); }));
}

io_pool::~io_pool() {
    stop();
}

void io_pool::start() {
    running_ = true;
    for (auto& each : threads_)
        each->start();
}

void io_pool::stop() {
    if (!std::exchange(running_, false))
        return;
    for (auto& each : threads_)
        each->stop();
    for (auto& each : threads_)
        each->join();
}

void io_pool::drain() {
    for (auto& each : threads_)
        each->run_on([thread = each.get()] { thread->drain(); });
}

void io_pool::when_empty(std::function<void()> fn) {
    {
        const std::lock_guard lock(emptiness_->mutex);
        emptiness_->tell = std::move(fn);
    }
    asio::post(threads_.front()->context, [this] { emptiness_->check(*this); });
}

std::size_t io_pool::connections() const noexcept {
    std::size_t sum = 0;
    for (const auto& each : threads_)
        sum += each->load.load();
    return sum;
}

io_thread& io_pool::next(const io_thread* preferred) noexcept {
    io_thread* best = threads_.front().get();
    for (const auto& each : threads_) {
        const std::size_t load = each->load.load();
        const std::size_t least = best->load.load();
        if (load < least || (load == least && each.get() == preferred))
            best = each.get();
    }
    return *best;
}

void io_pool::adopt(int fd, connection_options options) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    int type = 0;
    socklen_t size = sizeof type;
    options.is_socket = ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // fails on what is not TCP
    io_thread& thread = next();
    thread.load.fetch_add(1);
    thread.run_on(
        [&thread, fd, moved = std::move(options)]() mutable { thread.open(fd, std::move(moved)); });
}

void io_pool::advance(std::chrono::seconds time) {
    for (auto left = time.count(); left > 0; --left) {
        for (auto& each : threads_) {
            std::promise<void> done;
            asio::post(each->context, [&] {
                each->advance();
                done.set_value();
            });
            done.get_future().wait();
        }
    }
}

} // namespace waypost::net
