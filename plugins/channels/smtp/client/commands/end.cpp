// SPDX-License-Identifier: Apache-2.0
// Behind a message: the next one on the same connection, a rest, or QUIT.
#include "client/session.hpp"

#include <utility>

namespace waypost::smtp::client {

void client_session::end_delivery() {
    const bool was_clean = state_.content_ended || !state_.mail_accepted;
    state_ = {};
    ++messages_;
    if (was_clean)
        return rest();
    send("RSET", step::reset);
    connection_.expire_after(with_->command_timeout);
}

void client_session::take_reset(const server_reply& reply) {
    reply.is_positive() ? rest() : quit();
}

void client_session::rest() {
    if (messages_ >= with_->max_messages)
        return quit();
    if (auto what = owner_->next(seat_))
        return begin(std::move(what));
    connection_.expire_after(with_->idle_timeout);
}

void client_session::quit() {
    if (std::exchange(quitting_, true))
        return;
    send("QUIT", step::quit);
    connection_.expire_after(with_->idle_timeout);
    if (!std::exchange(left_, true))
        owner_->leave(seat_);
}

} // namespace waypost::smtp::client
