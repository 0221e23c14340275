// SPDX-License-Identifier: Apache-2.0
// DATA (RFC 5321 s4.1.1.4), the content behind it, and the end that DATA and BDAT share: commit and
// its replies.
#include "parse/limits.hpp"
#include "parse/reply.hpp"
#include "received.hpp"
#include "replies.hpp"
#include "session.hpp"

#include <ctime>

namespace waypost::smtp {

void smtp_session::data(std::string_view argument) {
    if (!argument.empty())
        return refuse(replies::no_argument);
    if (!may_send_content())
        return;
    if (transaction_->uses_bdat) // RFC 3030 s2
        return refuse(replies::bdat_started);
    stage_ = stage::content;
    connection_.expire_after(settings_->data_timeout);
    reply(replies::send_content);
}

bool smtp_session::may_send_content() {
    if (!transaction_) {
        refuse(stage_ == stage::fresh ? replies::hello_first : replies::mail_first);
        return false;
    }
    if (transaction_->accepted == 0) { // RFC 5321 s3.3: all were refused, or there was none
        refuse(transaction_->refused != 0 ? replies::no_valid_recipients : replies::rcpt_first);
        return false;
    }
    return true;
}

std::size_t smtp_session::take_content(std::string_view input) {
    connection_.expire_after(settings_->data_timeout);
    std::size_t used = 0;
    while (used < input.size()) {
        const net::dot_decoder before = transaction_->decoder;
        const auto piece = transaction_->decoder.next(input.substr(used));
        if (!append(piece.content)) {
            if (transaction_)
                transaction_->decoder = before; // the same piece comes again when there is room
            return used;
        }
        used += piece.consumed;
        if (!piece.end)
            continue;
        if (!transaction_->decoder.is_strict() && transaction_->failure.empty()) {
            log_refusal("bare CR or LF in a message");
            fail_content(replies::bare_content);
        }
        end_content();
        return used;
    }
    return used;
}

/// False: wait. The trace header goes first.
bool smtp_session::append(std::string_view content) {
    transaction& at = *transaction_;
    if (content.empty())
        return true;
    if (at.failure.empty() && at.size + content.size() > settings_->max_message_size)
        fail_content(replies::too_large);
    if (!at.failure.empty()) {
        at.dropped += content.size();
        if (at.dropped <= limits::dropped_content)
            return true;
        close_with(at.failure);
        return false;
    }
    if (!append_trace())
        return !at.failure.empty(); // failed: dropped from now on
    if (!hand_in(content))
        return !at.failure.empty();
    at.size += content.size();
    return true;
}

bool smtp_session::append_trace() {
    transaction& at = *transaction_;
    if (at.has_trace)
        return true;
    const net::tls_info tls = connection_.tls();
    const std::string id = std::to_string(number_) + "." + std::to_string(messages_ + 1);
    trace header;
    header.client_name = client_name_;
    header.client = connection_.remote();
    header.hostname = settings_->hostname;
    header.with = with_word();
    header.tls_version = tls.version;
    header.tls_cipher = tls.cipher;
    header.id = id;
    if (at.accepted == 1) // RFC 5321 s7.6: several would tell blind copies
        header.for_address = at.for_address;
    header.now = std::time(nullptr);
    at.has_trace = hand_in(received_header(header));
    return at.has_trace;
}

/// False: wait, or failed.
bool smtp_session::hand_in(std::string_view content) {
    transaction& at = *transaction_;
    at.error = empty_error();
    wp_status status = state_->ingress->append(at.tx, to_bytes(content), &at.error);
    if (status == WP_OK)
        return true;
    if (status == WP_BUSY) {
        status = state_->ingress->ready(at.tx, arm(&smtp_session::room_made));
        if (status == WP_PENDING) {
            wait();
            return false;
        }
        completion_.disarm();
        if (status == WP_OK) {
            status = state_->ingress->append(at.tx, to_bytes(content), &at.error);
            if (status == WP_OK)
                return true;
        }
    }
    std::string failure;
    append_failure(failure, status, &at.error,
                   status == WP_PERMFAIL ? "The message is too large" : "Try again later");
    fail_content(failure);
    return false;
}

void smtp_session::room_made(wp_status status, const wp_error* why) {
    if (!connection_.is_open())
        return drop_transaction();
    if (status != WP_OK) {
        std::string failure;
        append_failure(failure, status, why, "Try again later");
        fail_content(failure);
    }
    if (transaction_->is_ending)
        end_content();
    // Otherwise the content that waits is delivered again.
}

void smtp_session::fail_content(std::string_view whole) {
    transaction_->failure = whole;
    if (transaction_->tx != nullptr)
        state_->ingress->abort(std::exchange(transaction_->tx, nullptr));
}

void smtp_session::end_content() {
    stage_ = stage::envelope;
    transaction& at = *transaction_;
    at.is_ending = true;
    if (at.failure.empty() && !hand_in_rest() && at.failure.empty())
        return; // room_made() comes back here
    if (!at.failure.empty()) {
        reply_to_content(at.failure);
        drop_transaction();
        return;
    }
    at.receipt.struct_size = sizeof at.receipt;
    if (settings_->is_lmtp) {
        at.results.assign(at.accepted, empty_error());
        at.receipt.result_count = static_cast<std::uint32_t>(at.results.size());
        at.receipt.results = at.results.data();
    }
    at.error = empty_error();
    const wp_status status =
        state_->ingress->commit(at.tx, &at.receipt, &at.error, arm(&smtp_session::committed));
    if (status == WP_PENDING)
        return wait();
    completion_.disarm();
    committed(status, &at.error);
}

/// What the content itself did not bring: the trace of an empty message, a last line end.
bool smtp_session::hand_in_rest() {
    if (!append_trace())
        return false;
    if (transaction_->lacks_line_end && !hand_in("\r\n"))
        return false;
    transaction_->lacks_line_end = false;
    return true;
}

/// The message is durable, or refused: only now the sender may forget it.
void smtp_session::committed(wp_status status, const wp_error* why) {
    transaction& at = *transaction_;
    at.tx = nullptr;
    ++messages_;
    std::string out;
    if (settings_->is_lmtp) {
        for (std::size_t i = 0; i < at.accepted; ++i) { // RFC 2033 s4.2: one reply a recipient
            const wp_error& own = at.results[i];
            if (i < at.receipt.result_count && own.status != WP_OK)
                append_failure(out, own.status, &own, "Not delivered", is_utf8());
            else if (status != WP_OK)
                append_failure(out, status, why, "The message was not accepted", is_utf8());
            else
                out += replies::ok;
        }
        reply(out);
    } else if (status != WP_OK) {
        append_failure(out, status, why, "The message was not accepted", is_utf8());
        reply(out);
    } else {
        reply("250 2.0.0 Ok, message " + std::to_string(at.receipt.message) + "\r\n");
    }
    drop_transaction();
    if (is_draining_)
        close_with(replies::shutting_down);
}

void smtp_session::reply_to_content(std::string_view whole) {
    const std::size_t times = settings_->is_lmtp ? transaction_->accepted : 1;
    for (std::size_t i = 0; i < times; ++i)
        reply(whole);
}

} // namespace waypost::smtp
