// SPDX-License-Identifier: Apache-2.0
// Writing and waiting. Output is sent when an event has been handled completely: one system call
// for the replies of a pipelined batch.
#include "connection_impl.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

namespace waypost::net {
namespace {

constexpr std::size_t pieces_at_once = 64;
constexpr std::size_t tls_record_bytes = 16 * 1024;

} // namespace

void connection_impl::on_writable(const error_code& failure) {
    waiting_write_ = false;
    if (stage_ == stage::closed)
        return;
    enter([&] {
        want_write_ = false;
        if (failure)
            shut(close_reason::error);
        else if (stage_ == stage::handshake)
            continue_handshake();
    });
}

void connection_impl::flush() {
    while (!output_.empty() && !want_write_ && stage_ == stage::open) {
        const io_result sent = transmit();
        if (sent.state == io_result::would_block) {
            want_write_ = true;
        } else if (sent.state == io_result::failed) {
            shut(close_reason::error);
        } else {
            output_.consume(thread_->chunks, sent.bytes);
            if (!output_.empty() && timeout_ticks_ != 0 &&
                !fixed_timeout_) // a slow peer is not a dead one
                thread_->wheel.set(*this, timeout_ticks_);
        }
    }
}

connection_impl::io_result connection_impl::transmit() {
    if (tls_) {
        const std::string_view record = output_.front({thread_->scratch.data(), tls_record_bytes});
        const auto sent = tls_->write(record);
        if (sent.what == tls_stream::state::ok)
            return {sent.bytes, io_result::ok};
        return {0, sent.what == tls_stream::state::want_write ? io_result::would_block
                                                              : io_result::failed};
    }
    std::array<iovec, pieces_at_once> pieces;
    const std::size_t count = output_.gather(pieces);
    for (;;) {
        ssize_t sent = 0;
        const int fd = descriptor_.native_handle();
        if (!is_socket_) {
            sent = ::writev(fd, pieces.data(), static_cast<int>(count));
        } else if (count == 1) {
            sent = ::send(fd, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
            msghdr message{};
            message.msg_iov = pieces.data();
            message.msg_iovlen = count;
            sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        if (sent >= 0)
            return {static_cast<std::size_t>(sent), io_result::ok};
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return {0, io_result::would_block};
        if (errno != EINTR)
            return {0, io_result::failed};
    }
}

void connection_impl::arm() {
    if (stage_ == stage::closed)
        return;
    if (!waiting_read_ && (wants_input() || stage_ != stage::open)) {
        waiting_read_ = true;
        auto ready = [keep = connection_ref(*this)](const error_code& failure) {
            static_cast<connection_impl&>(*keep).on_readable(failure);
        };
        if (read_again_)
            asio::post(thread_->context, [ready = std::move(ready)]() mutable { ready({}); });
        else
            descriptor_.async_wait(descriptor::wait_read, std::move(ready));
        read_again_ = false;
    }
    if (want_write_ && !waiting_write_) {
        waiting_write_ = true;
        descriptor_.async_wait(descriptor::wait_write,
                               [keep = connection_ref(*this)](const error_code& failure) {
                                   static_cast<connection_impl&>(*keep).on_writable(failure);
                               });
    }
}

} // namespace waypost::net
