// SPDX-License-Identifier: Apache-2.0
#include "control/server.hpp"

#include "control/socket_path.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace waypost::kernel::control {
namespace {

constexpr int tick_ms = 1000; // for timeouts
constexpr std::chrono::seconds stop_patience{3};
constexpr mode_t socket_mode = 0660;

error failed(std::string_view what, const std::filesystem::path& path) {
    return {WP_TEMPFAIL,
            fmt::format("cannot {} the control socket {}: {}; correct the key control of [site]",
                        what, path.string(), std::strerror(errno))};
}

// Only ever a socket: a wrong path in the configuration must not cost a file.
result<void> remove_stale(const socket_path& place, const std::filesystem::path& path) {
    struct stat facts {};
    if (::lstat(place.text(), &facts) != 0) {
        return {};
    }
    if (!S_ISSOCK(facts.st_mode)) {
        errno = EEXIST;
        return failed("make", path);
    }
    return ::unlink(place.text()) == 0 ? result<void>() : failed("replace", path);
}

caller peer_of(int fd) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return {};
    }
    return {credentials.uid, credentials.gid, credentials.pid};
}

} // namespace

result<std::unique_ptr<server>> server::open(server_options options, const table& calls) {
    auto place = socket_path::of(options.path);
    if (!place) {
        return place.failure();
    }
    if (auto removed = remove_stale(*place, options.path); !removed) {
        return removed.failure();
    }
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) {
        return failed("make", options.path);
    }
    // The daemon's umask makes it private first.
    if (::bind(listener, place->address(), socket_path::size()) != 0 ||
        ::chmod(place->text(), socket_mode) != 0 ||
        ::listen(listener, static_cast<int>(options.limit.connections)) != 0) {
        auto why = failed("bind", options.path);
        ::close(listener);
        return why;
    }
    const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake < 0) {
        ::close(listener);
        return failed("watch", options.path);
    }
    return std::unique_ptr<server>(new server(std::move(options), calls, listener, wake));
}

server::server(server_options options, const table& calls, int listener, int wake_fd)
    : options_(std::move(options)), calls_(calls), listener_(listener), wake_(wake_fd) {}

server::~server() {
    stop();
    ::close(listener_);
    ::close(wake_);
}

void server::start() {
    io_ = std::thread([this] { move_bytes(); });
    for (std::size_t i = 0; i < options_.limit.workers; ++i) {
        workers_.emplace_back([this] { work(); });
    }
}

void server::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            return;
        }
        stopping_ = true;
    }
    ready_.notify_all();
    wake();
    if (io_.joinable()) {
        io_.join();
    }
    for (auto& worker : workers_) {
        worker.join();
    }
    if (auto place = socket_path::of(options_.path)) {
        ::unlink(place->text());
    }
}

void server::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

// --- the I/O thread ---

void server::move_bytes() {
    std::optional<connection::clock::time_point> end;
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (stopping_ && !end) {
                end = connection::clock::now() + stop_patience;
            }
        }
        if (end && (all_quiet() || connection::clock::now() > *end)) {
            break;
        }
        std::vector<pollfd> watched{{wake_, POLLIN, 0}};
        for (const auto& client : connections_) {
            const int events = (client->wants_input() && !end ? POLLIN : 0) |
                               (client->wants_output() ? POLLOUT : 0);
            // A client that is gone while its handler runs would wake poll for ever.
            const bool deaf = events == 0 && client->has_ended();
            watched.push_back({deaf ? -1 : client->fd(), static_cast<short>(events), 0});
        }
        const bool room = !end && connections_.size() < options_.limit.connections;
        watched.push_back({listener_, static_cast<short>(room ? POLLIN : 0), 0});
        ::poll(watched.data(), watched.size(), end ? tick_ms / 20 : tick_ms);
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t taken = ::read(wake_, &count, sizeof count);
        finish_answers();
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            serve(connections_[i], watched[i + 1].revents);
        }
        drop_ended();
        if ((watched.back().revents & POLLIN) != 0) {
            accept_some();
        }
    }
    for (const auto& client : connections_) {
        client->abandon();
    }
    connections_.clear();
}

void server::accept_some() {
    while (connections_.size() < options_.limit.connections) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return;
        }
        connections_.push_back(std::make_shared<connection>(fd, peer_of(fd), options_.limit));
    }
}

void server::serve(const std::shared_ptr<connection>& client, short events) {
    if ((events & POLLIN) != 0 && !client->read_some()) {
        client->input_ended();
        if (client->too_large()) {
            client->append(encode_error({WP_INVALID, fmt::format("a request has at most {} bytes",
                                                                 options_.limit.request_bytes)}),
                           false);
        }
    } else if ((events & (POLLERR | POLLHUP)) != 0 && (events & POLLIN) == 0) {
        client->input_ended();
        client->abandon();
    }
    if (!client->write_some()) {
        client->input_ended();
        client->abandon();
    }
    if (auto line = client->next_request()) {
        const std::lock_guard lock(mutex_);
        if (!stopping_) {
            tasks_.push_back({client, std::move(*line)});
            ready_.notify_one();
        }
    }
}

void server::finish_answers() {
    std::vector<std::shared_ptr<connection>> done;
    {
        const std::lock_guard lock(mutex_);
        done.swap(answered_);
    }
    for (const auto& client : done) {
        client->answered();
    }
}

void server::drop_ended() {
    const auto now = connection::clock::now();
    std::erase_if(connections_, [&](const std::shared_ptr<connection>& client) {
        const bool ended = client->finished() || client->expired(now);
        if (ended) {
            client->abandon();
        }
        return ended;
    });
}

bool server::all_quiet() {
    {
        const std::lock_guard lock(mutex_);
        if (running_ != 0 || !tasks_.empty()) {
            return false;
        }
    }
    return std::none_of(connections_.begin(), connections_.end(),
                        [](const auto& client) { return client->wants_output(); });
}

// --- workers ---

void server::work() {
    for (;;) {
        task job;
        {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
            if (tasks_.empty()) {
                return;
            }
            job = std::move(tasks_.front());
            tasks_.pop_front();
            ++running_;
        }
        run(std::move(job));
    }
}

void server::run(task job) {
    const row_sink rows = [&](const json& row) {
        const bool taken = job.client->append(encode_row(row), true);
        wake();
        return taken;
    };
    const std::string answer =
        calls_.answer(job.line, job.client->who(), options_.service_user, rows);
    ::explicit_bzero(job.line.data(), job.line.size());
    job.client->append(answer, true);
    {
        const std::lock_guard lock(mutex_);
        answered_.push_back(std::move(job.client));
        --running_;
    }
    wake();
}

} // namespace waypost::kernel::control
