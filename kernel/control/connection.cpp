// SPDX-License-Identifier: Apache-2.0
#include "control/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waypost::kernel::control {

connection::connection(int fd, caller who, limits with) noexcept
    : fd_(fd), who_(who), limits_(with) {}

connection::~connection() {
    // Passwords pass through here.
    ::explicit_bzero(input_.data(), input_.capacity());
    ::close(fd_);
}

bool connection::read_some() {
    if (input_.capacity() == 0) {
        input_.reserve(limits_.request_bytes +
                       1); // once: a growing buffer would leave copies of passwords behind
    }
    char piece[8192];
    const ssize_t got = ::recv(fd_, piece, sizeof piece, MSG_DONTWAIT);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    if (got == 0) {
        return false;
    }
    const auto size = static_cast<std::size_t>(got);
    if (input_.size() + size > limits_.request_bytes) {
        too_large_ = true;
        return false;
    }
    if (input_.empty()) {
        since_ = clock::now();
    }
    input_.append(piece, size);
    ::explicit_bzero(piece, size);
    return true;
}

bool connection::write_some() {
    const std::lock_guard lock(mutex_);
    if (output_.empty()) {
        return true;
    }
    const ssize_t sent = ::send(fd_, output_.data(), output_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    output_.erase(0, static_cast<std::size_t>(sent));
    progress_ = clock::now();
    drained_.notify_all();
    return true;
}

std::optional<std::string> connection::next_request() {
    const auto end = input_.find('\n');
    if (busy_ || end == std::string::npos) {
        return std::nullopt;
    }
    std::string line = input_.substr(0, end);
    const std::size_t rest = input_.size() - end - 1;
    std::memmove(input_.data(), input_.data() + end + 1, rest);
    ::explicit_bzero(input_.data() + rest, end + 1);
    input_.resize(rest);
    busy_ = true;
    return line;
}

bool connection::wants_output() const {
    const std::lock_guard lock(mutex_);
    return !output_.empty();
}

bool connection::finished() const {
    return input_ended_ && !busy_ && !wants_output();
}

bool connection::expired(clock::time_point now) const {
    {
        const std::lock_guard lock(mutex_);
        if (!output_.empty()) {
            return now - progress_ > limits_.write;
        }
    }
    if (busy_) {
        return false; // handlers have deadlines of their own
    }
    return now - since_ > (input_.empty() ? limits_.idle : limits_.request);
}

void connection::answered() {
    busy_ = false;
    since_ = clock::now();
}

bool connection::append(std::string_view text, bool may_wait) {
    std::unique_lock lock(mutex_);
    if (may_wait && output_.size() + text.size() > limits_.output_bytes && !output_.empty()) {
        const bool room = drained_.wait_for(lock, limits_.write, [&] {
            return gone_ || output_.empty() || output_.size() + text.size() <= limits_.output_bytes;
        });
        gone_ = gone_ || !room;
    }
    if (gone_) {
        return false;
    }
    if (output_.empty()) {
        progress_ = clock::now();
    }
    output_.append(text);
    return true;
}

void connection::abandon() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    drained_.notify_all();
}

} // namespace waypost::kernel::control
