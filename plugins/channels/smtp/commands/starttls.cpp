// SPDX-License-Identifier: Apache-2.0
// STARTTLS (RFC 3207). Commands sent in the clear behind it are an attack (CVE-2011-0411) and end
// the session.
#include "replies.hpp"
#include "session.hpp"

namespace waypost::smtp {

void smtp_session::starttls(std::string_view argument, std::size_t unconsumed) {
    if (!argument.empty())
        return refuse(replies::no_argument);
    if (connection_.is_secure())
        return refuse(replies::already_secure);
    if (!settings_->tls)
        return refuse(replies::no_tls);
    if (!connection_.start_tls(settings_->tls, unconsumed)) {
        log_refusal("commands behind STARTTLS");
        return close_with(replies::injected);
    }
    drop_transaction();
    is_starting_tls_ = true;
    reply(replies::start_tls);
}

} // namespace waypost::smtp
