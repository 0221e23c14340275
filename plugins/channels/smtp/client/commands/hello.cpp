// SPDX-License-Identifier: Apache-2.0
// From the greeting to a server that is ready: EHLO or LHLO, HELO where that is all it knows,
// STARTTLS (RFC 5321 s3.1, RFC 2033, RFC 3207).
#include "client/session.hpp"
#include "parse/text.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>

namespace waypost::smtp::client {

namespace {

error refusal(const std::string& host, std::string_view what, const server_reply& reply) {
    return {WP_TEMPFAIL, 451, 4,
            4,           2,   host + " refused " + std::string(what) + ": " + reply.in_one_line()};
}

std::string first_word(std::string_view text) {
    return fold(text.substr(0, text.find_first_of(" \n")));
}

} // namespace

void client_session::take_greeting(const server_reply& reply) {
    if (reply.code != 220)
        return give_up(refusal(host_, "the connection", reply));
    if (!with_->is_lmtp && with_->is_ours(first_word(reply.text)))
        return give_up(
            error(WP_TEMPFAIL, 451, 4, 4, 6, host_ + " is this host itself: the mail would loop"));
    say_hello();
}

void client_session::say_hello() {
    send((with_->is_lmtp ? "LHLO " : "EHLO ") + with_->hostname, step::hello);
    connection_.expire_after(with_->command_timeout);
}

void client_session::take_hello(const server_reply& reply) {
    if (reply.is_permanent() && !with_->is_lmtp && !connection_.is_secure())
        return send("HELO " + with_->hostname, step::helo);
    if (!reply.is_positive())
        return give_up(refusal(host_, "EHLO", reply));
    peer_ = parse_abilities(reply.text);
    if (connection_.is_secure() || !tries_tls_)
        return become_ready();
    if (peer_.starttls)
        return send("STARTTLS", step::starttls);
    if (with_->policy == tls_policy::require)
        return give_up(
            error(WP_TEMPFAIL, 451, 4, 7, 10, host_ + " offers no TLS, and it is required"));
    become_ready();
}

void client_session::take_helo(const server_reply& reply) {
    if (!reply.is_positive())
        return give_up(refusal(host_, "HELO", reply));
    if (with_->policy == tls_policy::require)
        return give_up(
            error(WP_TEMPFAIL, 451, 4, 7, 10, host_ + " offers no TLS, and it is required"));
    peer_ = {};
    become_ready();
}

/// 220 was handled where its line was read.
void client_session::take_starttls(const server_reply& reply) {
    if (with_->policy == tls_policy::require)
        return give_up(refusal(host_, "STARTTLS", reply));
    become_ready();
}

void client_session::on_secured() {
    say_hello();
}

void client_session::become_ready() {
    auto by = std::move(opening_);
    begin(by->ready());
}

} // namespace waypost::smtp::client
