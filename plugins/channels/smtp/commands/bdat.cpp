// SPDX-License-Identifier: Apache-2.0
// BDAT (RFC 3030 s2): content in counted chunks, without dot-stuffing. A chunk that cannot be used
// is read to its end before it is refused, so that both sides agree where the next command starts.
#include "parse/limits.hpp"
#include "parse/reply.hpp"
#include "replies.hpp"
#include "session.hpp"

#include <algorithm>

namespace waypost::smtp {

void smtp_session::bdat(std::string_view argument) {
    const auto asked = parse_bdat(argument);
    if (!asked) { // where the chunk ends is unknown: nothing after it can be trusted
        std::string out;
        append_reply(out, 501, {5, 5, 4}, "Syntax: BDAT size [LAST]; closing connection");
        return close_with(out);
    }
    if (asked->size > settings_->max_message_size + limits::dropped_content)
        return close_with(replies::chunk_too_large);
    if (!transaction_) { // only to have somewhere to count
        transaction_ = std::make_unique<transaction>();
        transaction_->failure = stage_ == stage::fresh ? replies::hello_first : replies::mail_first;
    } else if (transaction_->accepted == 0 && transaction_->failure.empty()) {
        fail_content(transaction_->refused != 0 ? replies::no_valid_recipients
                                                : replies::rcpt_first);
    }
    transaction_->uses_bdat = true;
    transaction_->chunk_left = transaction_->chunk_size = asked->size;
    transaction_->is_last_chunk = asked->is_last;
    if (asked->size == 0)
        return end_chunk();
    stage_ = stage_ == stage::fresh ? stage::fresh : stage::chunk;
    if (stage_ == stage::fresh) // no place for content before the hello
        close_with(replies::hello_first);
}

std::size_t smtp_session::take_chunk(std::string_view input) {
    connection_.expire_after(settings_->data_timeout);
    transaction& at = *transaction_;
    const std::string_view content = input.substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(input.size(), at.chunk_left)));
    if (!append(content))
        return 0;
    at.line_ends.feed(content);
    at.chunk_left -= content.size();
    if (at.chunk_left == 0)
        end_chunk();
    return content.size();
}

void smtp_session::end_chunk() {
    transaction& at = *transaction_;
    if (at.failure.empty() && !at.line_ends.is_strict())
        fail_content(replies::bare_content);
    if (!at.failure.empty()) { // RFC 3030 s2: refused at once; MAIL starts again
        stage_ = stage_ == stage::fresh ? stage::fresh : stage::greeted;
        if (at.is_last_chunk && at.accepted != 0)
            reply_to_content(at.failure);
        else
            reply(at.failure);
        drop_transaction();
        return count_error();
    }
    if (!at.is_last_chunk) {
        stage_ = stage::envelope;
        std::string out;
        append_reply(out, 250, {2, 0, 0}, std::to_string(at.chunk_size) + " octets received");
        return reply(out);
    }
    if (!at.line_ends.finish())
        fail_content(replies::bare_content);
    at.lacks_line_end = !at.line_ends.ends_line();
    end_content();
}

} // namespace waypost::smtp
