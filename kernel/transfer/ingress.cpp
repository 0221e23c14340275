// SPDX-License-Identifier: Apache-2.0
// wp.host.ingress/1: the boundary's face of a transaction.
#include "transfer/services.hpp"
#include "transfer/transaction.hpp"

#include <waypost/errors.hpp>

namespace waypost::kernel::transfer {

namespace {

transaction& self(wp_tx* tx) noexcept {
    return *reinterpret_cast<transaction*>(tx);
}

wp_status answer(const result<void>& outcome, wp_error* why) noexcept {
    if (outcome)
        return WP_OK;
    fill_error(why, outcome.failure());
    return outcome.failure().status;
}

result<void> may_open(const context& unit, const wp_sender& sender) {
    if (!unit.accepting.load(std::memory_order_relaxed))
        return error(WP_STOPPING, 421, 4, 3, 2, "the service is stopping");
    if (unit.transactions.load(std::memory_order_relaxed) >= unit.settings.max_transactions)
        return error(WP_BUSY, 451, 4, 3, 2, "too many messages are arriving at once");
    const auto limit = unit.settings.message_size_limit;
    if (sender.size >= 0 && static_cast<std::uint64_t>(sender.size) > limit)
        return error(WP_PERMFAIL, 552, 5, 3, 4,
                     "message is larger than the limit of " + std::to_string(limit) + " bytes");
    return {};
}

wp_status open(const wp_host*, const wp_client* client, const wp_sender* sender, wp_tx** tx,
               wp_error* why, wp_done) {
    auto& unit = current_context();
    if (auto allowed = may_open(unit, *sender); !allowed)
        return answer(allowed, why);
    *tx = reinterpret_cast<wp_tx*>(new transaction(unit, *client, *sender));
    return WP_OK;
}

wp_status add_recipient(wp_tx* tx, const wp_recipient* to, wp_error* why, wp_done done) {
    error refused;
    const auto status = self(tx).add_recipient(*to, refused, done);
    if (status != WP_OK && status != WP_PENDING)
        fill_error(why, refused);
    return status;
}

wp_status append(wp_tx* tx, wp_bytes bytes, wp_error* why) {
    return answer(self(tx).append(view(bytes)), why);
}

wp_status ready(wp_tx* tx, wp_done done) {
    return self(tx).ready(done);
}

wp_status commit(wp_tx* tx, wp_receipt* receipt, wp_error* why, wp_done done) {
    error refused;
    const auto status = self(tx).commit(receipt, done, refused);
    if (status == WP_PENDING)
        return WP_PENDING;
    fill_error(why, refused);
    delete &self(tx);
    return status;
}

void abort(wp_tx* tx) {
    delete &self(tx);
}

} // namespace

const wp_host_ingress ingress_service = {
    .struct_size = sizeof(wp_host_ingress),
    .reserved = 0,
    .open = open,
    .recipient = add_recipient,
    .append = append,
    .ready = ready,
    .commit = commit,
    .abort = abort,
};

} // namespace waypost::kernel::transfer
