// SPDX-License-Identifier: Apache-2.0
// MAIL (RFC 5321 s4.1.1.2): opens the transaction with the host.
#include "parse/text.hpp"
#include "replies.hpp"
#include "session.hpp"

#include <algorithm>

namespace waypost::smtp {
namespace {

std::uint32_t flags_of(const mail_command& asked) noexcept {
    std::uint32_t flags = 0;
    if (asked.body == body_kind::eight_bit)
        flags |= WP_MAIL_8BIT;
    if (asked.smtputf8)
        flags |= WP_MAIL_UTF8;
    if (asked.ret == return_kind::full)
        flags |= WP_MAIL_RET_FULL;
    if (asked.ret == return_kind::headers)
        flags |= WP_MAIL_RET_HEADERS;
    return flags;
}

} // namespace

void smtp_session::mail(std::string_view argument) {
    if (stage_ == stage::fresh)
        return refuse(replies::hello_first);
    if (transaction_)
        return refuse(replies::nested_mail);
    const auto asked = parse_mail(argument);
    if (!asked)
        return reply_error(asked.failure());
    if (asked->body == body_kind::binary)
        return refuse(replies::no_binary);
    if (asked->require_tls)
        return refuse(replies::no_require_tls);
    if (asked->size > settings_->max_message_size) // RFC 1870 s6.1
        return refuse(replies::too_large);

    transaction_ = std::make_unique<transaction>();
    transaction_->smtputf8 = asked->smtputf8;
    const wp_status status = open_transaction(*asked, arm(&smtp_session::opened));
    if (status == WP_PENDING)
        return wait();
    completion_.disarm();
    opened(status, &transaction_->error);
}

void smtp_session::opened(wp_status status, const wp_error* why) {
    if (!connection_.is_open())
        return drop_transaction();
    if (status != WP_OK) {
        reply_failure(status, why, "Cannot take a message now");
        transaction_.reset();
        return;
    }
    stage_ = stage::envelope;
    reply(replies::sender_ok);
}

bool smtp_session::is_trusted() const {
    return std::any_of(settings_->trusted.begin(), settings_->trusted.end(),
                       [this](const network& one) { return one.contains(connection_.remote()); });
}

wp_status smtp_session::open_transaction(const mail_command& asked, wp_done done) {
    auto& call = transaction_->call;
    call.address = connection_.remote().kind() == net::address::family::none
                       ? "unix"
                       : connection_.remote().text();
    call.trace = std::to_string(number_) + "." + std::to_string(messages_ + 1);
    call.client.struct_size = sizeof call.client;
    call.client.flags = (connection_.is_secure() ? WP_CLIENT_TLS : 0) |
                        (settings_->is_lmtp ? WP_CLIENT_FINAL : 0) |
                        (is_trusted() ? WP_CLIENT_TRUSTED : 0);
    call.client.address = to_abi(call.address);
    call.client.name = to_abi(client_name_);
    call.client.protocol = to_abi(with_word());
    call.client.trace = to_abi(call.trace);

    call.sender = asked.from.to.address;
    call.envid = decode_xtext(asked.envid).value_or(""); // checked by the parser
    call.from.struct_size = sizeof call.from;
    call.from.flags = flags_of(asked);
    call.from.address = to_abi(call.sender);
    call.from.envid = to_abi(call.envid);
    call.from.size = asked.has_size ? static_cast<std::int64_t>(asked.size) : -1;
    return state_->ingress->open(state_->host, &call.client, &call.from, &transaction_->tx,
                                 &transaction_->error, done);
}

} // namespace waypost::smtp
