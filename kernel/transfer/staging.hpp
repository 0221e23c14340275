// SPDX-License-Identifier: Apache-2.0
// Delivers recipients within a log group through channels that can: the message, its place in the
// mailboxes and what remains for the queue become durable together. Used by acceptance and by each
// later attempt alike.
#pragma once

#include "log/group.hpp"
#include "transfer/channels.hpp"
#include "transfer/envelope.hpp"
#include "transfer/options.hpp"

#include <span>
#include <vector>

namespace waypost::kernel::transfer {

/// A message as the channels see it.
struct staged_message {
    log::message_id id;
    std::uint64_t size;
    const envelope* from;
    std::int64_t expires_ns;
};

/// What became of a recipient in this group.
struct outcome {
    wp_status status = WP_PENDING; // WP_PENDING: its channel cannot stage; it is for the queue
    error why{};
    std::uint32_t flags = 0; // WP_REPORT_*
    std::string remote{};    // who said so
    std::string reply{};     // in its own words
};

/// Single thread: the committer's.
class stager {
public:
    /// `overquota_permanent`: a full mailbox refuses for good (R3.9).
    stager(const channel_table& channels, bool overquota_permanent)
        : channels_(channels), overquota_permanent_(overquota_permanent) {}

    /// Offers the recipients whose state is pending to their channels. The result has an outcome
    /// for each recipient, in order, and is valid until the next call. [commit]
    std::span<const outcome> stage(log::group& into, const staged_message& message,
                                   std::span<const recipient> recipients);

private:
    void stage_channel(log::group& into, const staged_message& message, const channel_ref& channel,
                       std::span<const recipient> recipients);

    const channel_table& channels_;
    const bool overquota_permanent_;
    std::vector<outcome> outcomes_;
    std::vector<std::size_t> members_;
    std::vector<wp_job_recipient> rows_;
    std::vector<wp_error> errors_;
};

/// Group handles of the boundary are the kernel's groups.
inline wp_group* to_abi(log::group& group) noexcept {
    return reinterpret_cast<wp_group*>(&group);
}
inline log::group& from_abi(wp_group* group) noexcept {
    return *reinterpret_cast<log::group*>(group);
}

wp_job_recipient job_row(const recipient& from) noexcept;
wp_job job_of(const staged_message& message, std::span<const wp_job_recipient> rows) noexcept;

} // namespace waypost::kernel::transfer
