// SPDX-License-Identifier: Apache-2.0
// What becomes of each recipient when the message is written: delivered, queued, or the client's
// again. A recipient of the client that leads to several places (group, forward) is one promise:
// once one place has it, or waits for it, the others are the queue's.
#include "transfer/settlement.hpp"
#include "transfer/transaction.hpp"

#include <waypost/errors.hpp>

#include <algorithm>

namespace waypost::kernel::transfer {
namespace {

bool is_refused(const outcome& fate) noexcept {
    return fate.status != WP_OK && fate.status != WP_PENDING;
}

/// Of several refusals the one after which the client tries again.
const error* milder(const error* one, const error& other) noexcept {
    return one == nullptr || (one->smtp >= 500 && other.smtp < 500) ? &other : one;
}

} // namespace

/// Delivered, or ours to deliver later. Over SMTP what failed for now can be queued as well.
bool transaction::is_kept(std::size_t row) const {
    const auto status = fates_[row].status;
    return status == WP_OK || status == WP_PENDING ||
           (!final_ && (status == WP_TEMPFAIL || status == WP_BUSY));
}

bool transaction::is_kept(const promise& of) const {
    return std::any_of(of.rows.begin(), of.rows.end(),
                       [this](std::size_t row) { return is_kept(row); });
}

/// What the queue gets; over LMTP only what belongs to a promise that is kept.
std::vector<bool> transaction::queued_rows() const {
    std::vector<bool> queued(fates_.size(), false);
    for (const auto& one : promises_)
        for (const auto row : one.rows)
            if (fates_[row].status != WP_OK && (!final_ || is_kept(one)))
                queued[row] = true;
    return queued;
}

recipient transaction::queue_row(std::size_t index) const {
    auto row = envelope_.recipients[index];
    const auto& fate = fates_[index];
    row.next_try_ns = envelope_.received_ns;
    if (is_refused(fate)) {
        row.attempts = 1;
        row.last_error = fate.why.text;
        row.next_try_ns += unit_.settings.retry.wait(row.attempts, id_).count();
    }
    return row;
}

/// What the sender is told already: that a recipient was delivered to, or never will be.
void transaction::report(log::group& into, const std::vector<bool>& queued) {
    std::vector<report_event> events;
    for (std::size_t i = 0; i < fates_.size(); ++i)
        if (fates_[i].status == WP_OK && (envelope_.recipients[i].notify & WP_NOTIFY_SUCCESS) != 0)
            events.push_back({report_event::kind::delivered, envelope_.recipients[i], fates_[i]});
        else if (queued[i] && fates_[i].status == WP_PERMFAIL)
            events.push_back({report_event::kind::failed, envelope_.recipients[i], fates_[i]});
    if (events.empty())
        return;
    const auto content = content_.in_file() ? std::string_view{} : content_.memory();
    write_reports(unit_, into, {id_, &envelope_, content, envelope_.received_ns}, events, kept_);
}

/// When nothing is kept the client is told instead of being promised something.
result<void> transaction::settle(log::group& into) {
    if (std::none_of(promises_.begin(), promises_.end(),
                     [this](const promise& one) { return is_kept(one); })) {
        const error* refused = nullptr;
        for (const auto& fate : fates_)
            refused = milder(refused, fate.why);
        return refused != nullptr ? *refused : error(WP_TEMPFAIL, "nothing was decided");
    }
    const auto queued = queued_rows();
    report(into, queued);
    std::vector<recipient> rows;
    for (std::size_t i = 0; i < queued.size(); ++i)
        if (queued[i] && fates_[i].status != WP_PERMFAIL)
            rows.push_back(queue_row(i));
    if (rows.empty())
        return {};
    auto rest = envelope_;
    rest.recipients = std::move(rows);
    rest.timer_ns = next_timer(unit_.settings, rest);
    unit_.queue->put(into, id_, rest, true);
    return {};
}

void transaction::fill_receipt(const result<void>& whole) const {
    if (receipt_ == nullptr)
        return;
    receipt_->message = id_;
    if (receipt_->results == nullptr)
        return;
    const auto places = std::min<std::size_t>(receipt_->result_count, promises_.size());
    for (std::size_t i = 0; i < places; ++i) {
        const error* why = whole ? nullptr : &whole.failure();
        if (!fates_.empty() && !is_kept(promises_[i])) {
            why = nullptr;
            for (const auto row : promises_[i].rows)
                why = milder(why, fates_[row].why);
        }
        receipt_->results[i] = empty_error();
        if (why != nullptr)
            fill_error(&receipt_->results[i], *why);
    }
    receipt_->result_count = static_cast<std::uint32_t>(places);
}

} // namespace waypost::kernel::transfer
