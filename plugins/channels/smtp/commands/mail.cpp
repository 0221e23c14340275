// SPDX-License-Identifier: Apache-2.0
// MAIL (RFC 5321 s4.1.1.2): opens the transaction with the host.
#include "parse/text.hpp"
#include "replies.hpp"
#include "session.hpp"

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
    wp_error why = empty_error();
    const wp_status status = open_transaction(*asked, why);
    if (status != WP_OK) {
        reply_failure(status, &why, "Cannot take a message now");
        transaction_.reset();
        return;
    }
    stage_ = stage::envelope;
    reply(replies::sender_ok);
}

wp_status smtp_session::open_transaction(const mail_command& asked, wp_error& why) {
    const std::string address = connection_.remote().kind() == net::address::family::none
                                    ? "unix"
                                    : connection_.remote().text();
    const std::string trace = std::to_string(number_) + "." + std::to_string(messages_ + 1);
    wp_client client{};
    client.struct_size = sizeof client;
    client.flags =
        (connection_.is_secure() ? WP_CLIENT_TLS : 0) | (settings_->is_lmtp ? WP_CLIENT_FINAL : 0);
    client.address = to_abi(address);
    client.name = to_abi(client_name_);
    client.protocol = to_abi(with_word());
    client.trace = to_abi(trace);

    const auto envid = decode_xtext(asked.envid); // checked by the parser
    wp_sender sender{};
    sender.struct_size = sizeof sender;
    sender.flags = flags_of(asked);
    sender.address = to_abi(asked.from.to.address);
    sender.envid = to_abi(envid ? std::string_view(*envid) : std::string_view());
    sender.size = asked.has_size ? static_cast<std::int64_t>(asked.size) : -1;
    return state_->ingress->open(state_->host, &client, &sender, &transaction_->tx, &why);
}

} // namespace waypost::smtp
