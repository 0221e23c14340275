// SPDX-License-Identifier: Apache-2.0
// One message on its way in: envelope and verdicts, the collected bytes, then the operation that
// makes it durable. The life of a wp_tx: open, recipient (1..n), append (0..n), commit or abort. At
// commit the message, its place in the mailboxes that can take it now, and a queue entry for the
// rest go into one group of the log.
#pragma once

#include "log/operation.hpp"
#include "transfer/context.hpp"
#include "transfer/envelope.hpp"
#include "transfer/hop_counter.hpp"
#include "transfer/spill.hpp"

#include <waypost/abi/draft/ingress.h>

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace waypost::kernel::transfer {

/// Used by one thread at a time: the channel's, then the committer's.
class transaction final : public log::operation {
public:
    transaction(context& unit, const wp_client& client, const wp_sender& sender);
    ~transaction() override;

    /// WP_PENDING: `done` tells, on another thread; nothing else may be called until then.
    wp_status add_recipient(const wp_recipient& to, error& why, wp_done done);
    result<void> append(std::string_view bytes);
    wp_status ready(wp_done done) { return content_.ready(done); }
    /// After WP_PENDING the transaction ends itself. Otherwise it is still the caller's to delete.
    wp_status commit(wp_receipt* receipt, wp_done done, error& why);

    result<void> prepare(log::group& into) override;
    void done(const result<void>& outcome, log::position at) override;

private:
    wp_status define(const wp_recipient& to, const routing::decision& unknown, error& why,
                     wp_done done);
    wp_status defined(const wp_recipient& to, wp_status made, error& why);
    void confirm(const wp_recipient& to, const error& unconfirmed, wp_done done);
    wp_status take(const wp_recipient& to, const routing::decision& verdict, error& why);
    void refuse(const wp_recipient& to, const error& why);
    void add_destinations(const wp_recipient& to, const routing::decision& verdict);
    wp_status submit(error& why);
    void stage(log::group& into);
    result<void> settle(log::group& into);
    /// One accepted RCPT: the rows of envelope_.recipients that it leads to.
    struct promise {
        std::vector<std::size_t> rows;
    };
    bool is_kept(std::size_t row) const;
    bool is_kept(const promise& of) const;
    std::vector<bool> queued_rows() const;
    recipient queue_row(std::size_t index) const;
    void report(log::group& into, const std::vector<bool>& queued);
    void fill_receipt(const result<void>& whole) const;
    void end(wp_status status, const error* why);

    context& unit_;
    envelope envelope_;
    std::vector<promise> promises_;                       // in the order of RCPT
    std::unordered_map<std::string, std::size_t> places_; // row of each place, by identity()
    bool may_relay_ = false;
    bool final_ = false;
    bool too_large_ = false;
    std::uint64_t size_ = 0;
    hop_counter hops_;
    spill content_;
    std::string text_; // the envelope as written
    std::vector<outcome> fates_;
    std::deque<std::string> kept_; // text of reports
    log::message_id id_ = 0;
    wp_receipt* receipt_ = nullptr;
    wp_done done_{};
};

} // namespace waypost::kernel::transfer
