// SPDX-License-Identifier: Apache-2.0
// The message itself: from where it lies to the socket, in pieces, with dots stuffed; and the reply
// that makes it the server's (RFC 5321 s4.1.1.4; one for each recipient in LMTP, RFC 2033 s4.2).
#include "client/session.hpp"

#include <waypost/errors.hpp>

#include <sys/uio.h>

#include <array>
#include <chrono>

namespace waypost::smtp::client {

namespace {

constexpr std::uint64_t piece_bytes = 64 * 1024;
constexpr std::size_t pieces_at_once = 16;
/// A peer slower than this (octets a second) does not get the rest.
constexpr std::uint64_t slowest_rate = 256;
constexpr std::string_view dot = ".";

void add(std::vector<iovec>& out, std::string_view bytes) {
    if (!bytes.empty())
        out.push_back({const_cast<char*>(bytes.data()), bytes.size()});
}

} // namespace

void client_session::send_content() {
    state_.content_begun = true;
    if (state_.sends_empty) { // RFC 2920 s3.1
        connection_.write(".\r\n");
        expected_.push_back({step::final});
        return;
    }
    connection_.expire_at_last_after(with_->data_timeout +
                                     std::chrono::seconds(state_.what->job().size / slowest_rate));
    send_piece();
}

void client_session::send_piece() {
    const auto& content = state_.what->content();
    std::array<wp_bytes, pieces_at_once> found{};
    std::uint64_t count = 0;
    auto why = empty_error();
    std::vector<iovec> out;
    std::uint64_t taken = 0;
    if (state_.offset < content->size) {
        const auto status = content->read(content.get(), state_.offset, piece_bytes, found.data(),
                                          found.size(), &count, &why, {});
        if (status != WP_OK || count == 0) {
            drop_delivery(from_error(status == WP_OK ? WP_TEMPFAIL : status, &why));
            return connection_.close();
        }
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        auto rest = view(found[i]);
        taken += rest.size();
        while (!rest.empty()) {
            const auto piece = state_.encoder.next(rest);
            if (piece.dot)
                add(out, dot);
            add(out, piece.content);
            rest.remove_prefix(piece.consumed);
        }
    }
    state_.offset += taken;
    const bool is_last = state_.offset >= content->size;
    if (is_last)
        add(out, state_.encoder.finish());
    connection_.send(out, content);
    if (!is_last)
        return connection_.notify_when_sent();
    state_.content_ended = true;
    const auto replies = with_->is_lmtp ? state_.accepted.size() : 1;
    for (std::size_t i = 0; i < replies; ++i)
        expected_.push_back({step::final});
    connection_.expire_at_last_after(
        with_->final_timeout + std::chrono::seconds(connection_.output_size() / slowest_rate));
}

void client_session::on_sent() {
    if (state_.what && state_.content_begun && !state_.content_ended)
        send_piece();
}

void client_session::take_final(const server_reply& reply) {
    if (state_.sends_empty)
        return end_delivery();
    auto& what = *state_.what;
    const std::uint32_t flags = peer_.dsn && reply.is_positive() ? WP_REPORT_DSN_PASSED_ON : 0;
    if (with_->is_lmtp) {
        what.report(state_.accepted[state_.finals], reply, remote_name(), flags);
        if (++state_.finals < state_.accepted.size())
            return;
    } else {
        for (const auto row : state_.accepted)
            what.report(row, reply, remote_name(), flags);
    }
    end_delivery();
}

} // namespace waypost::smtp::client
