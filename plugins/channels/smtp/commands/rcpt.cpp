// SPDX-License-Identifier: Apache-2.0
// RCPT (RFC 5321 s4.1.1.3): the host's verdict for one recipient.
#include "parse/text.hpp"
#include "replies.hpp"
#include "session.hpp"

#include <waypost/ascii.hpp>

namespace waypost::smtp {
namespace {

/// "rfc822;ann@example.com", decoded (RFC 3461 s4.2, RFC 6533 s3); checked by the parser.
std::string original_recipient(const rcpt_command& asked) {
    if (asked.orcpt.empty())
        return {};
    const auto address = equal_folded(asked.orcpt_type, "utf-8") ? decode_utf8_address(asked.orcpt)
                                                                 : decode_xtext(asked.orcpt);
    return std::string(asked.orcpt_type) + ";" + address.value_or("");
}

} // namespace

void smtp_session::rcpt(std::string_view argument) {
    if (!transaction_)
        return refuse(stage_ == stage::fresh ? replies::hello_first : replies::mail_first);
    if (transaction_->uses_bdat)
        return refuse(replies::bdat_started);
    const auto asked = parse_rcpt(argument, transaction_->smtputf8);
    if (!asked)
        return reply_error(asked.failure());
    if (transaction_->accepted >= settings_->max_recipients) // RFC 5321 s4.5.3.1.10
        return reply(replies::too_many_recipients);

    auto& call = transaction_->call;
    call.address = asked->to.to.address;
    call.original = original_recipient(*asked);
    call.to.struct_size = sizeof call.to;
    call.to.notify = asked->notify;
    call.to.address = to_abi(call.address);
    call.to.orcpt = to_abi(call.original);
    if (transaction_->accepted == 0)
        transaction_->for_address = call.address;
    transaction_->error = empty_error();
    const wp_status status = state_->ingress->recipient(
        transaction_->tx, &call.to, &transaction_->error, arm(&smtp_session::recipient_judged));
    if (status == WP_PENDING)
        return wait();
    completion_.disarm();
    recipient_judged(status, &transaction_->error);
}

void smtp_session::recipient_judged(wp_status status, const wp_error* why) {
    if (!connection_.is_open())
        return drop_transaction();
    if (status == WP_OK) {
        ++transaction_->accepted;
        return reply(replies::recipient_ok);
    }
    ++transaction_->refused;
    reply_failure(status, why, "Recipient refused");
    if (status == WP_NOT_FOUND || status == WP_PERMFAIL || status == WP_DENIED)
        count_error(); // guessing of addresses
}

} // namespace waypost::smtp
