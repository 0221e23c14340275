// SPDX-License-Identifier: Apache-2.0
// HELO, EHLO (RFC 5321 s4.1.1.1), LHLO (RFC 2033 s4.1).
#include "replies.hpp"
#include "session.hpp"

namespace waypost::smtp {

void smtp_session::hello(verb what, std::string_view name) {
    if ((what == verb::lhlo) != settings_->is_lmtp) // RFC 2033 s4.1: no HELO and EHLO in LMTP
        return refuse(replies::unknown_command);
    if (!is_client_name(name))
        return refuse(replies::bad_name);
    drop_transaction(); // RFC 5321 s4.1.4: like RSET
    client_name_ = name;
    is_extended_ = what != verb::helo;
    stage_ = stage::greeted;
    if (!is_extended_)
        return reply("250 " + settings_->hostname + "\r\n");
    reply(connection_.is_secure() ? settings_->extensions_tls : settings_->extensions);
}

} // namespace waypost::smtp
