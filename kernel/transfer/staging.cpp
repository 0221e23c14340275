// SPDX-License-Identifier: Apache-2.0
#include "transfer/staging.hpp"

#include <waypost/errors.hpp>

namespace waypost::kernel::transfer {

wp_job_recipient job_row(const recipient& from) noexcept {
    wp_job_recipient row{};
    row.struct_size = sizeof(row);
    row.notify = from.notify;
    row.address = waypost::to_abi(from.address);
    row.original = waypost::to_abi(from.original);
    row.orcpt = waypost::to_abi(from.orcpt);
    row.account = waypost::to_abi(from.account);
    row.detail = waypost::to_abi(from.detail);
    row.key = from.key;
    row.quota_bytes = from.quota_bytes;
    row.quota_messages = from.quota_messages;
    return row;
}

wp_job job_of(const staged_message& message, std::span<const wp_job_recipient> rows) noexcept {
    wp_job job{};
    job.struct_size = sizeof(job);
    job.flags = message.from->flags;
    job.id = message.id;
    job.message = message.id;
    job.size = message.size;
    job.received_ns = message.from->received_ns;
    job.expires_ns = message.expires_ns;
    job.sender = waypost::to_abi(message.from->sender);
    job.envid = waypost::to_abi(message.from->envid);
    job.recipients = rows.data();
    job.recipient_count = rows.size();
    return job;
}

void stager::stage_channel(log::group& into, const staged_message& message,
                           const channel_ref& channel, std::span<const recipient> recipients) {
    rows_.clear();
    for (const auto index : members_)
        rows_.push_back(job_row(recipients[index]));
    errors_.assign(members_.size(), empty_error());
    auto job = job_of(message, rows_);
    job.sender = waypost::to_abi(return_path(*message.from, recipients[members_.front()]));
    const auto status = channel.facet->stage(channel.self, to_abi(into), &job, errors_.data());
    for (std::size_t i = 0; i < members_.size(); ++i) {
        auto& fate = outcomes_[members_[i]];
        fate.status = status == WP_OK ? errors_[i].status : status;
        if (fate.status == WP_PENDING || fate.status < 0)
            fate.status = WP_TEMPFAIL;
        if (fate.status != WP_OK)
            fate.why = from_error(fate.status, &errors_[i]);
        if (fate.status == WP_OVERQUOTA && overquota_permanent_)
            fate = {WP_PERMFAIL, error(WP_PERMFAIL, 552, 5, 2, 2, fate.why.text)};
    }
}

std::span<const outcome> stager::stage(log::group& into, const staged_message& message,
                                       std::span<const recipient> recipients) {
    outcomes_.assign(recipients.size(), outcome{});
    for (std::size_t first = 0; first < recipients.size(); ++first) {
        if (outcomes_[first].status != WP_PENDING ||
            recipients[first].state != recipient_state::pending)
            continue;
        const auto* channel = channels_.find(recipients[first].channel);
        if (channel == nullptr || !channel->can_stage())
            continue;
        members_.clear();
        for (std::size_t i = first; i < recipients.size(); ++i)
            if (outcomes_[i].status == WP_PENDING &&
                recipients[i].state == recipient_state::pending &&
                recipients[i].channel == recipients[first].channel &&
                recipients[i].errors_to == recipients[first].errors_to)
                members_.push_back(i);
        stage_channel(into, message, *channel, recipients);
    }
    return outcomes_;
}

} // namespace waypost::kernel::transfer
