// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "parse/limits.hpp"
#include "parse/reply.hpp"
#include "received.hpp"
#include "replies.hpp"

namespace waypost::smtp {

smtp_session::smtp_session(net::connection& on, std::shared_ptr<channel_state> state)
    : connection_(on), state_(std::move(state)), settings_(state_->current()),
      lines_(limits::command_line), number_(state_->next_session()) {}

smtp_session::~smtp_session() {
    drop_transaction();
}

void smtp_session::on_open() {
    connection_.expire_after(settings_->command_timeout);
    reply(settings_->greeting);
}

std::size_t smtp_session::on_data(std::string_view input) {
    std::size_t used = 0;
    while (used < input.size() && !connection_.is_paused() && !connection_.is_finishing() &&
           !connection_.output_full() && !is_starting_tls_ && connection_.is_open()) {
        const std::string_view rest = input.substr(used);
        const std::size_t part = stage_ == stage::content ? take_content(rest)
                                 : stage_ == stage::chunk ? take_chunk(rest)
                                                          : take_command(rest);
        if (part == 0)
            break;
        used += part;
    }
    return used;
}

std::size_t smtp_session::take_command(std::string_view input) {
    using outcome = net::line_reader::outcome;
    const auto found = lines_.next(input);
    switch (found.what) {
    case outcome::more:
        return found.consumed;
    case outcome::bare_lf:
    case outcome::bare_cr: // RFC 5321 s2.3.8: what follows may be somebody else's idea of a command
        log_refusal("bare CR or LF in a command");
        close_with(replies::bare_line_end);
        return input.size();
    case outcome::too_long:
        refuse(replies::line_too_long);
        return found.consumed;
    case outcome::line:
        break;
    }
    connection_.expire_after(settings_->command_timeout);
    if (is_draining_ && stage_ <= stage::greeted) {
        close_with(replies::shutting_down);
        return input.size();
    }
    handle(parse_command(found.line), input.size() - found.consumed);
    return found.consumed;
}

void smtp_session::handle(const command& next, std::size_t unconsumed) {
    switch (next.what) {
    case verb::helo:
    case verb::ehlo:
    case verb::lhlo:
        return hello(next.what, next.argument);
    case verb::mail:
        return mail(next.argument);
    case verb::rcpt:
        return rcpt(next.argument);
    case verb::data:
        return data(next.argument);
    case verb::bdat:
        return bdat(next.argument);
    case verb::starttls:
        return starttls(next.argument, unconsumed);
    case verb::rset:
        return rset(next.argument);
    case verb::quit:
        return quit();
    case verb::noop: // RFC 5321 s4.1.1.9: an argument is ignored
        return reply(replies::ok);
    case verb::help:
        return reply(replies::help);
    case verb::vrfy: // RFC 5321 s7.3: says nothing about who exists
        return reply(replies::cannot_verify);
    case verb::expn:
    case verb::etrn:
    case verb::auth:
        return refuse(replies::not_here);
    case verb::unknown:
        return refuse(replies::unknown_command);
    }
}

void smtp_session::reply_failure(wp_status status, const wp_error* why, std::string_view text) {
    std::string out;
    append_failure(out, status, why, text, is_utf8());
    reply(out);
}

void smtp_session::reply_error(const error& why) {
    std::string out;
    append_reply(out, why.smtp, {why.enhanced[0], why.enhanced[1], why.enhanced[2]}, why.text);
    refuse(out);
}

void smtp_session::refuse(std::string_view whole) {
    reply(whole);
    count_error();
}

void smtp_session::count_error() {
    ++errors_;
    if (settings_->max_errors != 0 && errors_ >= settings_->max_errors) {
        log_refusal("too many errors");
        close_with(replies::too_many_errors);
    }
}

void smtp_session::close_with(std::string_view last_words) {
    reply(last_words);
    connection_.finish();
}

wp_done smtp_session::arm(void (smtp_session::*then)(wp_status, const wp_error*)) {
    then_ = then;
    return completion_.arm(connection_,
                           [](net::session& self, wp_status status, const wp_error* why) {
                               auto& me = static_cast<smtp_session&>(self);
                               me.end_wait();
                               (me.*me.then_)(status, why);
                           });
}

/// The host promises to answer; the clock of this session stands still meanwhile.
void smtp_session::wait() {
    connection_.pause();
    connection_.expire_after(std::chrono::seconds(0));
}

void smtp_session::end_wait() {
    connection_.expire_after(stage_ >= stage::content ? settings_->data_timeout
                                                      : settings_->command_timeout);
    connection_.resume();
}

void smtp_session::drop_transaction() noexcept {
    if (transaction_ && transaction_->tx != nullptr)
        state_->ingress->abort(transaction_->tx);
    transaction_.reset();
    if (stage_ > stage::greeted)
        stage_ = stage::greeted;
}

std::string_view smtp_session::with_word() const {
    return smtp::with_word(settings_->is_lmtp, is_extended_, connection_.is_secure(), false,
                           is_utf8());
}

void smtp_session::on_secured() {
    // RFC 3207 s4.2: everything learned before is forgotten.
    is_starting_tls_ = false;
    is_extended_ = false;
    stage_ = stage::fresh;
    client_name_.clear();
    connection_.expire_after(settings_->command_timeout);
}

void smtp_session::on_timeout() {
    close_with(replies::timeout);
}

void smtp_session::on_drain() {
    is_draining_ = true;
    if (stage_ <= stage::greeted && !completion_.is_armed())
        close_with(replies::shutting_down);
}

void smtp_session::on_closed(net::close_reason) noexcept {
    if (!completion_.is_armed()) // otherwise what is under way ends first
        drop_transaction();
}

void smtp_session::log_refusal(std::string_view what) const {
    if (state_->log.enabled(WP_LOG_NOTICE))
        state_->log.notice("smtp: session refused",
                           {{"why", what}, {"peer", connection_.remote().text_with_port()}});
}

} // namespace waypost::smtp
