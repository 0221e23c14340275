// SPDX-License-Identifier: Apache-2.0
// QUIT (RFC 1939 s6): everything marked is removed by one change, all or nothing; then the lock is
// given back and the session says goodbye.
#include "replies.hpp"
#include "session.hpp"

namespace waypost::pop3 {

void pop3_session::quit() {
    removal_ = std::make_unique<removal>();
    if (drop_)
        removal_->uids = drop_->removed_uids();
    if (removal_->uids.empty())
        return removed(WP_OK, nullptr);
    stage_ = stage::update;
    removal_->change.struct_size = sizeof removal_->change;
    removal_->change.kind = WP_CHANGE_EXPUNGE;
    removal_->change.uids = removal_->uids.data();
    removal_->change.uid_count = removal_->uids.size();
    removal_->result.struct_size = sizeof removal_->result;
    const wp_done done = arm(&pop3_session::removed);
    settle(drop_->store->change(drop_->store_self, drop_->mailbox, &removal_->change, 1,
                                &removal_->result, error_.get(), done));
}

void pop3_session::removed(wp_status status, const wp_error* why) {
    removal_.reset();
    drop_.reset(); // before the reply: the next session may start with it
    if (status == WP_OK)
        return close_with(replies::goodbye);
    log("marked messages were not removed",
        why != nullptr ? std::string_view(why->text) : std::string_view());
    close_with(replies::not_removed);
}

} // namespace waypost::pop3
