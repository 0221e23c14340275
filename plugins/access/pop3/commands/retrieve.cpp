// SPDX-License-Identifier: Apache-2.0
// RETR and TOP (RFC 1939 s5, s7), and how every multi-line answer is sent: by reference, as far as
// the output has room, on from there when it is sent. Nothing of a message is copied but short
// pieces between stuffed dots.
#include "replies.hpp"
#include "session.hpp"

#include <algorithm>
#include <array>

namespace waypost::pop3 {
namespace {

constexpr std::uint64_t read_at_once = 64 * 1024;
constexpr std::size_t worth_a_reference = 512; // shorter pieces are cheaper to copy
constexpr std::size_t lines_at_once = 512;

} // namespace

void pop3_session::retr(std::string_view argument) {
    if (const auto index = message(argument))
        open_message(*index, std::nullopt);
}

void pop3_session::top(std::string_view argument) {
    const auto wanted = parse_top(argument);
    if (!wanted)
        return refuse(replies::syntax);
    if (const auto index = message(std::to_string(wanted->message)))
        open_message(*index, top_cutter(wanted->lines));
}

void pop3_session::open_message(std::uint64_t index, std::optional<top_cutter> top) {
    transfer_ = std::make_unique<transfer>();
    transfer_->index = index;
    transfer_->top = top;
    const wp_done done = arm(&pop3_session::message_opened);
    settle(drop_->store->content(drop_->store_self, drop_->snapshot, index, &transfer_->opened,
                                 error_.get(), done));
}

void pop3_session::message_opened(wp_status status, const wp_error* why) {
    if (status != WP_OK || transfer_->opened == nullptr) {
        transfer_.reset();
        log("message cannot be read",
            why != nullptr ? std::string_view(why->text) : std::string_view());
        return reply(replies::message_later);
    }
    transfer_->content = {std::exchange(transfer_->opened, nullptr),
                          [](wp_content* held) { held->unref(held); }};
    if (transfer_->top)
        reply(replies::ok);
    else
        reply("+OK " + std::to_string(transfer_->content->size) + " octets\r\n");
    pump();
}

/// Sends until the output is full or the answer complete.
void pop3_session::pump() {
    while (transfer_ && connection_.is_open()) {
        if (connection_.output_full()) {
            connection_.pause();
            connection_.notify_when_sent();
            return;
        }
        const bool going_on =
            transfer_->what == transfer::kind::message ? read_pieces() : send_lines();
        if (!going_on)
            return;
    }
}

/// False: the answer ended, or the bytes come later.
bool pop3_session::read_pieces() {
    wp_content* from = transfer_->content.get();
    const bool complete =
        transfer_->offset >= from->size || (transfer_->top && transfer_->top->done());
    if (complete) {
        end_transfer(transfer_->encoder.finish());
        return false;
    }
    const wp_done done = arm(&pop3_session::pieces_read);
    const wp_status status =
        from->read(from, transfer_->offset, read_at_once, transfer_->pieces,
                   std::size(transfer_->pieces), &transfer_->piece_count, error_.get(), done);
    if (status == WP_PENDING) {
        settle(status);
        return false;
    }
    completion_.disarm();
    error_.reset();
    if (status == WP_OK && transfer_->piece_count != 0)
        return send_pieces();
    pieces_read(status == WP_OK ? WP_BUG : status, nullptr);
    return false;
}

void pop3_session::pieces_read(wp_status status, const wp_error*) {
    if (status != WP_OK) {
        // Half an answer is out and no reply code can take it back: the client must see it cut.
        log("message cannot be read to its end", {});
        return connection_.close();
    }
    if (send_pieces())
        pump();
}

bool pop3_session::send_pieces() {
    for (std::uint64_t i = 0; i < transfer_->piece_count; ++i) {
        const std::string_view piece = view(transfer_->pieces[i]);
        const std::size_t part = transfer_->top ? transfer_->top->take(piece) : piece.size();
        transfer_->offset += piece.size();
        send_encoded(piece.substr(0, part));
        if (transfer_->top && transfer_->top->done())
            break;
    }
    return true;
}

void pop3_session::send_encoded(std::string_view piece) {
    while (!piece.empty()) {
        const auto next = transfer_->encoder.next(piece);
        if (next.dot)
            connection_.write(".");
        if (next.content.size() < worth_a_reference) {
            connection_.write(next.content);
        } else {
            const iovec part{const_cast<char*>(next.content.data()), next.content.size()};
            connection_.send({&part, 1}, transfer_->content);
        }
        piece.remove_prefix(next.consumed);
    }
}

bool pop3_session::send_lines() {
    const std::uint64_t end =
        std::min<std::uint64_t>(drop_->snapshot->count, transfer_->index + lines_at_once);
    std::string out;
    for (; transfer_->index < end; ++transfer_->index)
        if (!drop_->is_deleted(transfer_->index))
            put_line(out, transfer_->index, transfer_->what);
    connection_.write(out);
    if (transfer_->index < drop_->snapshot->count)
        return true;
    end_transfer(replies::end);
    return false;
}

void pop3_session::end_transfer(std::string_view last) {
    reply(last);
    transfer_.reset();
    restart_clock();
    connection_.resume();
    if (is_draining_ && !completion_.is_armed())
        close_with(replies::shutting_down);
}

} // namespace waypost::pop3
