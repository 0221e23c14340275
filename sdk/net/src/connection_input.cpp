// SPDX-License-Identifier: Apache-2.0
// Reading. Octets are read into the thread's scratch buffer and shown to the session there; only
// what it leaves is copied into a pooled chunk.
#include "connection_impl.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace waypost::net {

bool connection_impl::wants_input() const noexcept {
    return stage_ == stage::open && !paused_ && !finishing_ && !ended_ && !starting_tls_ &&
           output_.size() <= limits::output_bytes;
}

void connection_impl::on_readable(const error_code& failure) {
    waiting_read_ = false;
    if (stage_ == stage::closed)
        return;
    enter([&] {
        if (failure)
            shut(close_reason::error);
        else if (stage_ == stage::handshake)
            continue_handshake();
        else if (stage_ == stage::lingering)
            linger();
        else
            read_some();
    });
}

void connection_impl::read_some() {
    for (int turns = 0; turns < limits::reads_in_a_row && wants_input(); ++turns) {
        if (redeliver_) {
            deliver_held();
            continue;
        }
        char* to = thread_->scratch.data();
        std::size_t room = thread_->scratch.size();
        if (held_ != nullptr) {
            hold(nullptr, 0); // makes room
            to = held_->own() + held_->end;
            room = held_->room();
        }
        const io_result got = receive(to, room);
        if (got.state == io_result::would_block)
            return;
        if (got.state == io_result::failed)
            return shut(close_reason::error);
        if (got.state == io_result::end)
            return end_of_input();
        if (held_ != nullptr) {
            held_->end += got.bytes;
            deliver_held();
        } else {
            deliver(to, got.bytes, false);
        }
        // A short read emptied the socket. What came since is told by the wait, which looks again.
        if (!tls_ && got.bytes < room)
            return;
    }
    read_again_ = true;
}

connection_impl::io_result connection_impl::receive(char* to, std::size_t room) {
    if (tls_) {
        const auto got = tls_->read({to, room});
        switch (got.what) {
        case tls_stream::state::ok:
            return {got.bytes, io_result::ok};
        case tls_stream::state::want_read:
            return {0, io_result::would_block};
        case tls_stream::state::end:
            return {0, io_result::end};
        default:
            return {0, io_result::failed};
        }
    }
    for (;;) {
        const int fd = descriptor_.native_handle();
        const ssize_t got = is_socket_ ? ::recv(fd, to, room, MSG_DONTWAIT) : ::read(fd, to, room);
        if (got > 0)
            return {static_cast<std::size_t>(got), io_result::ok};
        if (got == 0)
            return {0, io_result::end};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {0, io_result::would_block};
        if (errno != EINTR)
            return {0, io_result::failed};
    }
}

void connection_impl::deliver(const char* from, std::size_t size, bool from_held) {
    const std::size_t used = session_->on_data({from, size});
    if (stage_ == stage::closed)
        return;
    if (used > size)
        throw std::logic_error("a session consumed more than it was given");
    const std::size_t rest = size - used;
    redeliver_ = false;
    if (starting_tls_ && rest != 0)
        return shut(close_reason::injection); // start_tls() was told something else
    if (rest == 0 || finishing_)
        return release_held();
    redeliver_ = paused_ || output_.size() > limits::output_bytes;
    if (used == 0 && rest >= limits::input_bytes && !redeliver_)
        return shut(close_reason::overflow);
    if (from_held)
        held_->begin += used;
    else
        hold(from + used, rest);
}

void connection_impl::deliver_held() {
    deliver(held_->data + held_->begin, held_->size(), true);
}

/// Appends to the held input, in a chunk with room behind it.
void connection_impl::hold(const char* from, std::size_t size) {
    const std::size_t have = held_ != nullptr ? held_->size() : 0;
    if (held_ == nullptr ||
        (held_->capacity < limits::input_bytes && held_->capacity <= have + size)) {
        const bool small = have + size < limits::small_chunk_bytes;
        chunk* larger = thread_->chunks.buffer(small ? have + size : limits::input_bytes);
        if (have != 0)
            std::memcpy(larger->own(), held_->data + held_->begin, have);
        larger->end = have;
        release_held();
        held_ = larger;
    } else if (held_->begin != 0) {
        std::memmove(held_->own(), held_->data + held_->begin, have);
        held_->begin = 0;
        held_->end = have;
    }
    if (size != 0)
        std::memcpy(held_->own() + held_->end, from, size);
    held_->end += size;
}

void connection_impl::release_held() noexcept {
    if (held_ != nullptr)
        thread_->chunks.give_back(std::exchange(held_, nullptr));
}

void connection_impl::end_of_input() {
    ended_ = true;
    session_->on_end_of_input();
    if (stage_ == stage::open && !paused_)
        finishing_ = true;
}

/// Everything is said. Input that nobody read would make close() reset the connection and take the
/// last reply from the peer's hands, so it is read and dropped for a while.
void connection_impl::begin_finish() {
    if (tls_)
        tls_->say_goodbye();
    tls_.reset();
    if (!is_socket_ || ended_)
        return shut(close_reason::local);
    const io_result got = receive(thread_->scratch.data(), thread_->scratch.size());
    if (got.state != io_result::ok)
        return shut(close_reason::local);
    ::shutdown(descriptor_.native_handle(), SHUT_WR);
    stage_ = stage::lingering;
    thread_->wheel.set(*this, static_cast<std::uint32_t>(limits::linger_time.count()));
    linger();
}

void connection_impl::linger() {
    for (int turns = 0; turns < limits::reads_in_a_row; ++turns) {
        const io_result got = receive(thread_->scratch.data(), thread_->scratch.size());
        if (got.state == io_result::would_block)
            return;
        lingered_ += static_cast<std::uint32_t>(got.bytes);
        if (got.state != io_result::ok || lingered_ > limits::linger_bytes)
            return shut(close_reason::local);
    }
}

} // namespace waypost::net
