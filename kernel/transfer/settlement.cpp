// SPDX-License-Identifier: Apache-2.0
#include "transfer/settlement.hpp"

#include "transfer/events.hpp"

#include <waypost/errors.hpp>

#include <algorithm>

namespace waypost::kernel::transfer {

namespace {

bool is_permanent(wp_status status) noexcept {
    return status == WP_PERMFAIL || status == WP_NOT_FOUND || status == WP_DENIED ||
           status == WP_INVALID || status == WP_UNSUPPORTED;
}

bool may_warn(const options& settings, const envelope& what, const recipient& to) noexcept {
    const auto wanted = to.notify == WP_NOTIFY_DEFAULT || (to.notify & WP_NOTIFY_DELAY) != 0;
    return settings.delay_warning.count() != 0 && !to.warned && wanted && !what.sender.empty();
}

} // namespace

std::int64_t expires_ns(const options& settings, const envelope& what) noexcept {
    return what.received_ns + std::chrono::nanoseconds(settings.retry.lifetime).count();
}

std::int64_t next_timer(const options& settings, const envelope& what) noexcept {
    const auto ends = expires_ns(settings, what);
    const auto warning =
        what.received_ns + std::chrono::nanoseconds(settings.delay_warning).count();
    std::int64_t next = 0;
    for (const auto& to : what.recipients)
        if (to.state == recipient_state::pending) {
            const auto when = may_warn(settings, what, to) ? std::min(warning, ends) : ends;
            next = next == 0 ? when : std::min(next, when);
        }
    return next;
}

void tell_settled(context& unit, log::message_id id, std::uint64_t size, const envelope& of,
                  const settlement::event& what) {
    auto& counters = unit.counters;
    if (what.fate.status != WP_PENDING)
        ++(what.fate.status == WP_OK                  ? counters.delivered
           : what.to.state == recipient_state::failed ? counters.failed
                                                      : counters.deferred);
    tell(unit, id, size, of, what.to, what.fate);
}

settlement::settlement(context& unit, log::message_id id, std::int64_t now)
    : unit_(unit), id_(id), now_(now) {
    if (auto entry = unit.queue->current(id)) {
        entry_ = std::move(*entry);
        found_ = true;
    }
}

recipient* settlement::find(std::uint64_t key) noexcept {
    for (auto& to : entry_.recipients)
        if (to.key == key)
            return &to;
    return nullptr;
}

recipient& settlement::add(const recipient& like) {
    auto& row = entry_.recipients.emplace_back(like);
    row.key = entry_.last_added_key = std::max(entry_.last_added_key, added_keys) + 1;
    return row;
}

bool settlement::is_final(const recipient&, const outcome& fate) const {
    return is_permanent(fate.status) || now_ >= expires_ns(unit_.settings, entry_);
}

void settlement::settle(recipient& to, const outcome& fate) {
    if (fate.status == WP_STOPPING)
        return; // not tried: as it was
    ++to.attempts;
    to.last_error = fate.why.text;
    to.last_remote = fate.remote;
    to.last_reply = fate.reply;
    if (fate.status == WP_OK) {
        if ((to.notify & WP_NOTIFY_SUCCESS) != 0 && (fate.flags & WP_REPORT_DSN_PASSED_ON) == 0)
            reported_.push_back({unit_.channels.is_local(to.channel) ? report_event::kind::delivered
                                                                     : report_event::kind::relayed,
                                 to, fate});
        drop(to);
    } else if (fate.status == WP_PENDING) {
        to.state =
            (fate.flags & WP_REPORT_HOLD) != 0 ? recipient_state::held : recipient_state::handed;
        to.next_try_ns = 0;
    } else if (is_final(to, fate)) {
        to.state = recipient_state::failed;
        reported_.push_back({report_event::kind::failed, to, fate});
        drop(to);
    } else {
        to.next_try_ns =
            now_ + unit_.settings.retry.wait(to.attempts, id_ * 2654435761u + to.key).count();
    }
    events_.push_back({to, fate});
}

void settlement::warn(recipient& to) {
    if (!may_warn(unit_.settings, entry_, to))
        return;
    to.warned = true;
    outcome fate;
    fate.status = WP_TEMPFAIL;
    fate.why = error(WP_TEMPFAIL, 450, 4, 4, 7, to.last_error);
    fate.remote = to.last_remote;
    fate.reply = to.last_reply;
    reported_.push_back({report_event::kind::delayed, to, std::move(fate)});
}

void settlement::drop(const recipient& to) {
    gone_.push_back(to.key);
}

std::vector<settlement::event> settlement::finish(log::group& into, std::deque<std::string>& keep) {
    if (!reported_.empty()) {
        const auto held = unit_.log->messages().open(id_);
        const auto content = held ? view((*held)->content()) : std::string_view{};
        write_reports(unit_, into, {id_, &entry_, content, now_}, reported_, keep);
    }
    std::erase_if(entry_.recipients, [this](const recipient& to) {
        return std::find(gone_.begin(), gone_.end(), to.key) != gone_.end();
    });
    if (entry_.recipients.empty()) {
        unit_.queue->erase(into, id_);
    } else {
        entry_.timer_ns = next_timer(unit_.settings, entry_);
        unit_.queue->put(into, id_, entry_, false);
    }
    return std::move(events_);
}

} // namespace waypost::kernel::transfer
