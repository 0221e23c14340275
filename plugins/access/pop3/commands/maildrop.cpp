// SPDX-License-Identifier: Apache-2.0
// STAT, LIST, UIDL, DELE, RSET (RFC 1939 s5, s7). A unique id is "<UIDVALIDITY>.<UID>": the same
// for ever, because the store gives neither number twice.
#include "replies.hpp"
#include "session.hpp"

namespace waypost::pop3 {

void pop3_session::stat() {
    reply("+OK " + std::to_string(drop_->messages()) + ' ' + std::to_string(drop_->octets()) +
          "\r\n");
}

/// The message of an argument, or nothing after an answer that says why.
std::optional<std::uint64_t> pop3_session::message(std::string_view argument) {
    const auto number = parse_number(argument);
    const auto index = number ? drop_->index(*number) : std::nullopt;
    if (index && !drop_->is_deleted(*index))
        return index;
    refuse(!number ? replies::syntax : !index ? replies::no_such_message : replies::is_deleted);
    return std::nullopt;
}

void pop3_session::put_line(std::string& out, std::uint64_t index, transfer::kind what) const {
    const wp_snapshot& now = *drop_->snapshot;
    out += std::to_string(index + 1);
    out += ' ';
    if (what == transfer::kind::list) {
        out += std::to_string(now.sizes[index]);
    } else {
        out += std::to_string(now.uid_validity);
        out += '.';
        out += std::to_string(now.uids[index]);
    }
    out += "\r\n";
}

void pop3_session::list(std::string_view argument, transfer::kind what) {
    if (!argument.empty()) {
        const auto index = message(argument);
        if (!index)
            return;
        std::string out = "+OK ";
        put_line(out, *index, what);
        return reply(out);
    }
    reply(replies::ok);
    transfer_ = std::make_unique<transfer>();
    transfer_->what = what;
    pump();
}

void pop3_session::dele(std::string_view argument) {
    const auto index = message(argument);
    if (!index)
        return;
    drop_->remove(*index);
    reply(replies::deleted);
}

void pop3_session::rset() {
    drop_->restore();
    reply(replies::ok);
}

} // namespace waypost::pop3
