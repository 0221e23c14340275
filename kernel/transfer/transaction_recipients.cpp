// SPDX-License-Identifier: Apache-2.0
// The verdict at RCPT: what the router says, asked again once the directory has confirmed it where
// the cache may be behind (R5.7).
#include "transfer/events.hpp"
#include "transfer/transaction.hpp"

#include <waypost/errors.hpp>

namespace waypost::kernel::transfer {
namespace {

result<void> can_be_reached(const context& unit, const routing::decision& verdict) {
    for (const auto& place : verdict.destinations)
        if (place.channel != routing::hold_channel && place.channel != routing::retry_channel &&
            unit.channels.find(place.channel) == nullptr)
            return error(WP_PERMFAIL, 550, 5, 4, 4, "no channel leads to " + place.address);
    return {};
}

/// Of a mailbox its account, whatever address led to it.
std::string identity(const routing::destination& place) {
    std::string out;
    const auto& name = place.account.empty() ? place.address : place.account;
    for (const auto* part : {&place.channel, &place.next_hop, &name, &place.detail})
        out.append(*part).push_back('\0');
    return out;
}

} // namespace

wp_status transaction::add_recipient(const wp_recipient& to, error& why, wp_done done) {
    if (promises_.size() >= unit_.settings.max_recipients) {
        why = error(WP_BUSY, 452, 4, 5, 3, "too many recipients");
        return why.status;
    }
    thread_local routing::decision verdict; // used again: no allocation in the common case
    unit_.router->decide(view(to.address), {.may_relay = may_relay_, .sender = envelope_.sender},
                         verdict);
    if (verdict.unconfirmed && unit_.settings.confirm) {
        confirm(to, verdict.refusal, done);
        return WP_PENDING;
    }
    if (!verdict.unknown_domain.empty() && unit_.settings.define)
        return define(to, verdict, why, done);
    return take(to, verdict, why);
}

wp_status transaction::define(const wp_recipient& to, const routing::decision& unknown, error& why,
                              wp_done done) {
    const auto asked =
        unit_.settings.define(unknown.unknown_domain, envelope_.client_address, envelope_.sender,
                              [this, &to, refusal = unknown.refusal, done](wp_status made) {
                                  error told = refusal;
                                  const auto status = defined(to, made, told);
                                  auto shown = empty_error();
                                  fill_error(&shown, told);
                                  done.fn(done.ctx, status, status == WP_OK ? nullptr : &shown);
                              });
    why = unknown.refusal;
    return asked == WP_PENDING ? asked : defined(to, asked, why);
}

/// A domain that stands since this moment has no users yet: whom it does not know may come later.
wp_status transaction::defined(const wp_recipient& to, wp_status made, error& why) {
    const error later(WP_TEMPFAIL, 450, 4, 1, 2, "this domain is being set up; try again later");
    if (made == WP_OK) {
        const auto verdict = unit_.router->decide(
            view(to.address),
            {.may_relay = may_relay_, .confirmed = true, .sender = envelope_.sender});
        if (take(to, verdict, why) == WP_OK)
            return WP_OK;
        const bool no_such_user = why.enhanced[0] == 5 && why.enhanced[1] == 1;
        if (no_such_user)
            why = later;
        return why.status;
    }
    if (made == WP_TEMPFAIL)
        why = later;
    refuse(to, why);
    return why.status;
}

/// The completion runs on a worker, or at once when the directory cannot be asked.
void transaction::confirm(const wp_recipient& to, const error& unconfirmed, wp_done done) {
    unit_.settings.confirm(view(to.address), [this, &to, unconfirmed, done](wp_status asked) {
        error why = unconfirmed;
        auto status = why.status;
        if (asked == WP_OK) {
            const auto verdict = unit_.router->decide(
                view(to.address),
                {.may_relay = may_relay_, .confirmed = true, .sender = envelope_.sender});
            status = take(to, verdict, why);
        } else {
            refuse(to, why);
        }
        auto told = empty_error();
        fill_error(&told, why);
        done.fn(done.ctx, status, status == WP_OK ? nullptr : &told);
    });
}

wp_status transaction::take(const wp_recipient& to, const routing::decision& verdict, error& why) {
    const auto reached = verdict.status == WP_OK ? can_be_reached(unit_, verdict) : verdict.refusal;
    if (reached) {
        add_destinations(to, verdict);
        return WP_OK;
    }
    why = reached.failure();
    refuse(to, why);
    return why.status;
}

void transaction::refuse(const wp_recipient& to, const error& why) {
    ++unit_.counters.refused;
    tell_refused(unit_, envelope_, view(to.address), why);
}

/// Two recipients that lead to one place get one copy.
void transaction::add_destinations(const wp_recipient& to, const routing::decision& verdict) {
    auto& rows = promises_.emplace_back().rows;
    for (const auto& place : verdict.destinations) {
        const auto [known, is_new] =
            places_.try_emplace(identity(place), envelope_.recipients.size());
        rows.push_back(known->second);
        if (!is_new)
            continue;
        auto& row = envelope_.recipients.emplace_back();
        row.key = envelope_.recipients.size();
        row.original = view(to.address);
        row.orcpt = view(to.orcpt);
        row.notify = to.notify;
        lead(row, place);
    }
}

} // namespace waypost::kernel::transfer
