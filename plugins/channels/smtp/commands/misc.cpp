// SPDX-License-Identifier: Apache-2.0
// RSET and QUIT (RFC 5321 s4.1.1.5, s4.1.1.10). NOOP, HELP and VRFY are one line each in
// session.cpp.
#include "replies.hpp"
#include "session.hpp"

namespace waypost::smtp {

void smtp_session::rset(std::string_view argument) {
    if (!argument.empty())
        return refuse(replies::no_argument);
    drop_transaction();
    reply(replies::ok);
}

void smtp_session::quit() {
    drop_transaction();
    close_with(replies::goodbye);
}

} // namespace waypost::smtp
