// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "replies.hpp"

namespace waypost::pop3 {

pop3_session::pop3_session(net::connection& on, std::shared_ptr<service_state> state,
                           bool implicit_tls)
    : connection_(on), state_(std::move(state)), settings_(state_->current()),
      lines_(settings_->max_line), is_implicit_tls_(implicit_tls) {}

void pop3_session::on_open() {
    restart_clock();
    reply(settings_->greeting);
}

std::size_t pop3_session::on_data(std::string_view input) {
    std::size_t used = 0;
    while (used < input.size() && !connection_.is_paused() && !connection_.is_finishing() &&
           !connection_.output_full() && !is_starting_tls_ && connection_.is_open()) {
        const std::size_t part = take_line(input.substr(used));
        if (part == 0)
            break;
        used += part;
    }
    return used;
}

std::size_t pop3_session::take_line(std::string_view input) {
    using outcome = net::line_reader::outcome;
    const auto found = lines_.next(input);
    switch (found.what) {
    case outcome::more:
        return found.consumed;
    case outcome::bare_lf:
    case outcome::bare_cr:
        close_with(replies::bare_line_end);
        return input.size();
    case outcome::too_long:
        if (stage_ == stage::sasl)
            stage_ = stage::authorization;
        refuse(replies::line_too_long);
        return found.consumed;
    case outcome::line:
        break;
    }
    restart_clock();
    if (stage_ == stage::sasl)
        sasl_response(found.line);
    else
        handle(parse_command(found.line), input.size() - found.consumed);
    return found.consumed;
}

void pop3_session::handle(const command& next, std::size_t unconsumed) {
    const bool takes_argument =
        next.what == verb::user || next.what == verb::pass || next.what == verb::auth ||
        next.what == verb::list || next.what == verb::uidl || next.what == verb::retr ||
        next.what == verb::top || next.what == verb::dele || next.what == verb::unknown;
    if (!takes_argument && !next.argument.empty())
        return refuse(replies::no_argument);
    switch (next.what) {
    case verb::unknown:
        return refuse(replies::unknown_command);
    case verb::capa:
        return capa();
    case verb::quit:
        return quit();
    default:
        break;
    }
    if (stage_ == stage::authorization)
        return handle_authorization(next, unconsumed);
    handle_transaction(next);
}

void pop3_session::handle_authorization(const command& next, std::size_t unconsumed) {
    switch (next.what) {
    case verb::user:
        return user(next.argument);
    case verb::pass:
        return pass(next.argument);
    case verb::auth:
        return auth(next.argument);
    case verb::stls:
        return stls(unconsumed);
    default:
        return refuse(replies::not_now);
    }
}

void pop3_session::handle_transaction(const command& next) {
    switch (next.what) {
    case verb::stat:
        return stat();
    case verb::list:
        return list(next.argument, transfer::kind::list);
    case verb::uidl:
        return list(next.argument, transfer::kind::uidl);
    case verb::retr:
        return retr(next.argument);
    case verb::top:
        return top(next.argument);
    case verb::dele:
        return dele(next.argument);
    case verb::rset:
        return rset();
    case verb::noop:
        return reply(replies::ok);
    default:
        return refuse(replies::not_now);
    }
}

/// A refusal that counts: too many of them end the session.
void pop3_session::refuse(std::string_view whole) {
    reply(whole);
    if (settings_->max_errors == 0 || ++errors_ < settings_->max_errors)
        return;
    log("too many errors", {});
    close_with(replies::too_many_errors);
}

void pop3_session::close_with(std::string_view last_words) {
    reply(last_words);
    connection_.finish();
}

wp_done pop3_session::arm(handler then) {
    then_ = then;
    error_ = std::make_unique<wp_error>(empty_error());
    return completion_.arm(connection_,
                           [](net::session& self, wp_status status, const wp_error* why) {
                               auto& me = static_cast<pop3_session&>(self);
                               me.connection_.resume();
                               me.restart_clock();
                               me.arrived(status, why);
                           });
}

void pop3_session::settle(wp_status status) {
    if (status != WP_PENDING) {
        completion_.disarm();
        const auto why = std::move(error_);
        return (this->*then_)(status, why.get());
    }
    connection_.pause(); // and the clock stands still: the host promises to answer
    connection_.expire_after(std::chrono::seconds(0));
}

void pop3_session::arrived(wp_status status, const wp_error* why) {
    const auto own = std::move(error_);
    (this->*then_)(status, why != nullptr ? why : own.get());
    if (!connection_.is_open()) { // the peer left meanwhile: others may have the mailbox
        transfer_.reset();
        if (!completion_.is_armed())
            drop_.reset();
    } else if (is_draining_ && !is_busy() && !connection_.is_finishing()) {
        close_with(replies::shutting_down);
    }
}

void pop3_session::restart_clock() {
    connection_.expire_after(stage_ == stage::transaction ? settings_->idle_timeout
                                                          : settings_->login_timeout);
}

void pop3_session::on_secured() {
    // RFC 2595 s4: what was learned before is forgotten.
    is_starting_tls_ = false;
    name_.clear();
    restart_clock();
}

/// RFC 1939 s3: an idle session ends without a word, and removes nothing.
void pop3_session::on_timeout() {
    connection_.close(net::close_reason::timeout);
}

void pop3_session::on_sent() {
    if (transfer_)
        pump();
}

void pop3_session::on_drain() {
    is_draining_ = true;
    if (!is_busy())
        close_with(replies::shutting_down);
}

void pop3_session::on_closed(net::close_reason) noexcept {
    if (completion_.is_armed())
        return; // what is under way ends first
    transfer_.reset();
    drop_.reset();
}

void pop3_session::log(std::string_view what, std::string_view detail) const {
    if (state_->log.enabled(WP_LOG_NOTICE))
        state_->log.notice(
            "pop3: session refused",
            {{"why", what}, {"peer", connection_.remote().text_with_port()}, {"detail", detail}});
}

} // namespace waypost::pop3
