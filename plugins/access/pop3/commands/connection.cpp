// SPDX-License-Identifier: Apache-2.0
// CAPA (RFC 2449 s5) and STLS (RFC 2595 s4). Commands in the clear behind STLS are an attack
// (CVE-2011-0411) and end the session.
#include "replies.hpp"
#include "session.hpp"

namespace waypost::pop3 {

void pop3_session::capa() {
    std::string out =
        "+OK\r\nTOP\r\nUIDL\r\nPIPELINING\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nEXPIRE NEVER\r\n";
    if (stage_ != stage::transaction) {
        if (may_log_in())
            out += "USER\r\nSASL PLAIN\r\n";
        if (settings_->tls && !connection_.is_secure())
            out += "STLS\r\n";
    }
    out += "IMPLEMENTATION Waypost\r\n.\r\n";
    reply(out);
}

void pop3_session::stls(std::size_t unconsumed) {
    if (connection_.is_secure())
        return refuse(replies::already_secure);
    if (!settings_->tls)
        return refuse(replies::no_tls);
    if (!connection_.start_tls(settings_->tls, unconsumed)) {
        log("commands behind STLS", {});
        return close_with(replies::injected);
    }
    is_starting_tls_ = true;
    reply(replies::start_tls);
}

} // namespace waypost::pop3
