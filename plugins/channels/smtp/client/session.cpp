// SPDX-License-Identifier: Apache-2.0
#include "client/session.hpp"

#include "parse/text.hpp"

#include <utility>

namespace waypost::smtp::client {

namespace {

error broken(std::string text) {
    return {WP_TEMPFAIL, 451, 4, 4, 2, std::move(text)};
}

} // namespace

client_session::client_session(net::connection& on, std::shared_ptr<opening> by)
    : connection_(on), opening_(std::move(by)), owner_(opening_->owner()), with_(opening_->with()),
      seat_(std::make_shared<seat>()), host_(opening_->host()), tries_tls_(opening_->uses_tls()) {
    seat_->hop = opening_->hop();
    seat_->connection = on.ref();
}

client_session::~client_session() = default;

void client_session::on_open() {
    expected_.push_back({step::greeting});
    connection_.expire_after(with_->command_timeout);
}

void client_session::send(std::string_view line, step answered_by) {
    connection_.write(line);
    connection_.write("\r\n");
    expected_.push_back({answered_by});
}

std::size_t client_session::on_data(std::string_view input) {
    std::size_t used = 0;
    while (connection_.is_open() && !connection_.is_finishing()) {
        const auto found = lines_.next(input.substr(used));
        used += found.consumed;
        if (found.what == net::line_reader::outcome::more)
            break;
        const auto got = found.what == net::line_reader::outcome::line
                             ? collector_.add(found.line)
                             : reply_collector::outcome::malformed;
        if (got == reply_collector::outcome::more)
            continue;
        if (got == reply_collector::outcome::malformed) {
            give_up(broken(host_ + " speaks no SMTP"));
            break;
        }
        const auto reply = collector_.reply();
        // RFC 3207 s4.2: what came in the clear behind the reply to STARTTLS is no part of it.
        if (!expected_.empty() && expected_.front().what == step::starttls && reply.code == 220) {
            expected_.pop_front();
            if (!connection_.start_tls(with_->tls, input.size() - used, host_))
                give_up(broken(host_ + " sent something in the clear behind its STARTTLS"));
            break;
        }
        handle(reply);
    }
    return used;
}

void client_session::handle(const server_reply& reply) {
    if (expected_.empty() || (reply.code == 421 && expected_.front().what != step::quit)) {
        // RFC 5321 s3.8: the server closes; unasked it says nothing else.
        give_up(broken(host_ + " closes the connection: " + reply.in_one_line()));
        return;
    }
    const auto next = expected_.front();
    expected_.pop_front();
    switch (next.what) {
    case step::greeting:
        return take_greeting(reply);
    case step::hello:
        return take_hello(reply);
    case step::helo:
        return take_helo(reply);
    case step::starttls:
        return take_starttls(reply);
    case step::mail:
        return take_mail(reply);
    case step::rcpt:
        return take_rcpt(reply, next.row);
    case step::data:
        return take_data(reply);
    case step::final:
        return take_final(reply);
    case step::reset:
        return take_reset(reply);
    case step::quit:
        return connection_.finish();
    }
}

void client_session::on_timeout() {
    if (!opening_ && !state_.what)
        return quit(); // idle for long enough
    if (quitting_)
        return connection_.close();
    give_up(broken(host_ + " did not answer in time"));
}

void client_session::on_drain() {
    if (!opening_ && !state_.what)
        quit();
}

void client_session::on_closed(net::close_reason reason) noexcept {
    if (opening_) {
        const bool in_handshake = reason == net::close_reason::tls;
        const bool in_clear = in_handshake && with_->policy == tls_policy::opportunistic;
        auto by = std::move(opening_);
        by->refused(broken(in_handshake ? "TLS with " + host_ + " failed"
                                        : host_ + " closed the connection before it was ready"),
                    in_clear);
        seat_->connection.reset();
        return;
    }
    if (state_.what)
        drop_delivery(broken(host_ + " closed the connection"));
    if (!std::exchange(left_, true))
        owner_->leave(seat_);
    seat_->connection.reset();
}

void client_session::give_up(error why, bool in_clear) {
    if (opening_) {
        auto by = std::move(opening_);
        left_ = true; // the place stays the opening's
        by->refused(std::move(why), in_clear);
    } else if (state_.what) {
        drop_delivery(why);
    }
    connection_.close();
}

/// A connection that was kept and turned out to be dead says nothing of the destination.
void client_session::drop_delivery(const error& why) {
    auto what = std::move(state_.what);
    if (messages_ > 0 && !state_.mail_accepted && !what->was_tried) {
        owner_->again(seat_->hop, std::move(what));
        return;
    }
    what->report_rest(why, state_.mail_accepted ? 0 : WP_REPORT_UNREACHABLE, remote_name());
}

std::string client_session::remote_name() const {
    return host_ + " (" + connection_.remote().text() + ")";
}

void client_session::woken(net::session& self, void*) {
    auto& me = static_cast<client_session&>(self);
    auto what = me.owner_->given(*me.seat_);
    if (!what)
        return;
    if (me.connection_.is_open() && !me.quitting_)
        return me.begin(std::move(what));
    me.owner_->again(me.seat_->hop, std::move(what));
}

} // namespace waypost::smtp::client
