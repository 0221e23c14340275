// SPDX-License-Identifier: Apache-2.0
#include "transfer/queue_edit.hpp"

#include "transfer/entry_change.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>

namespace waypost::kernel::transfer {

namespace {

constexpr std::size_t page_rows = 256;
constexpr std::uint64_t at_once = 1'000; // changes that wait for the log

bool is_at(const recipient& to, std::string_view destination) {
    return destination.empty() || to.next_hop == destination || destination_of(to) == destination;
}

bool matches(const recipient& to, const selection& which) {
    return is_at(to, which.destination) &&
           (which.recipient.empty() || to.address == which.recipient ||
            to.original == which.recipient) &&
           (which.state.empty() || state_name(to.state) == which.state) &&
           (which.error.empty() || to.last_error.find(which.error) != std::string::npos);
}

bool matches(const envelope& what, const selection& which) {
    if (!which.sender.empty() && what.sender != (which.sender == "<>" ? "" : which.sender))
        return false;
    return std::any_of(what.recipients.begin(), what.recipients.end(),
                       [&](const recipient& to) { return matches(to, which); });
}

error not_queued(log::message_id id) {
    return {WP_NOT_FOUND,
            fmt::format("no message {} is in the queue; `waypost queue list` lists them", id)};
}

/// Ids of one destination come from the index, so that a long queue of others costs nothing.
result<void> select_at(const queue& in, const selection& which, const std::string& destination,
                       const std::function<bool(log::message_id, const envelope&)>& visit) {
    std::string after;
    for (;;) {
        const auto ids = in.ids_at(destination, after, page_rows);
        if (ids.empty())
            return {};
        for (const auto id : ids)
            if (const auto what = in.find(id); what && matches(*what, which) && !visit(id, *what))
                return {};
    }
}

using recipient_change = std::function<void(settlement&, recipient&)>;

result<recipient_change> change_of(const context& unit, std::string_view action,
                                   const std::string& target) {
    const auto now = unit.settings.now();
    if (action == "retry" || action == "release")
        return recipient_change([now, action = std::string(action)](settlement&, recipient& to) {
            if (action == "release" && to.state == recipient_state::held)
                to.state = recipient_state::pending;
            if (to.state == recipient_state::pending)
                to.next_try_ns = now;
        });
    if (action == "hold")
        return recipient_change([](settlement&, recipient& to) {
            if (to.state == recipient_state::pending)
                to.state = recipient_state::held;
        });
    if (action == "delete")
        return recipient_change([](settlement& of, recipient& to) { of.drop(to); });
    if (action == "return")
        return recipient_change([](settlement& of, recipient& to) {
            outcome fate;
            fate.status = WP_PERMFAIL;
            fate.why = error(WP_PERMFAIL, 550, 5, 7, 1, "returned by the postmaster");
            fate.remote = to.last_remote;
            fate.reply = to.last_reply;
            of.settle(to, fate);
        });
    if (action != "redirect")
        return error(WP_INVALID, fmt::format("there is no action \"{}\"", action));
    const auto verdict = unit.router->decide(target, {.may_relay = true, .for_queue = true});
    if (verdict.status != WP_OK)
        return error(WP_INVALID, fmt::format("{} takes no mail: {}", target, verdict.refusal.text));
    return recipient_change([now, places = verdict.destinations](settlement& of, recipient& to) {
        to.state = recipient_state::pending;
        to.next_try_ns = now;
        const auto like = to;
        lead(to, places.front());
        for (std::size_t i = 1; i < places.size(); ++i)
            lead(of.add(like), places[i]);
    });
}

/// Counts changes that are not durable yet.
class pending_changes {
public:
    void begin() {
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [this] { return open_ < at_once; });
        ++open_;
    }
    void end(const result<void>& how) {
        const std::lock_guard lock(mutex_);
        --open_;
        if (how)
            ++done_;
        else if (how.failure().status != WP_NOT_FOUND)
            failed_ = how.failure();
        ended_.notify_all();
    }
    result<std::uint64_t> wait() {
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [this] { return open_ == 0; });
        return failed_ ? result<std::uint64_t>(*failed_) : done_;
    }

private:
    std::mutex mutex_;
    std::condition_variable ended_;
    std::uint64_t open_ = 0;
    std::uint64_t done_ = 0;
    std::optional<error> failed_;
};

} // namespace

result<void> select(const queue& in, const selection& which,
                    const std::function<bool(log::message_id, const envelope&)>& visit) {
    std::uint64_t left = which.limit == 0 ? ~std::uint64_t{0} : which.limit;
    const auto counted = [&](log::message_id id, const envelope& what) {
        return visit(id, what) && --left != 0;
    };
    if (which.id != 0) {
        const auto what = in.find(which.id);
        if (!what)
            return not_queued(which.id);
        if (matches(*what, which))
            visit(which.id, *what);
        return {};
    }
    if (which.destination.find(' ') != std::string::npos)
        return select_at(in, which, which.destination, counted);
    for (log::message_id next = 0;;) {
        const auto page = in.list(next, page_rows);
        for (const auto& row : page)
            if (matches(row.what, which) && !counted(row.id, row.what))
                return {};
        if (page.size() < page_rows)
            return {};
        next = page.back().id + 1;
    }
}

result<std::uint64_t> change_all(transfer_unit& unit, std::string_view action,
                                 const selection& which, const std::string& target) {
    auto& parts = unit.parts();
    const auto change = change_of(parts, action, target);
    if (!change)
        return change.failure();
    pending_changes pending;
    std::set<std::string> tried; // destinations that must not rest any longer
    auto visited = select(*parts.queue, which, [&](log::message_id id, const envelope& what) {
        for (const auto& to : what.recipients)
            if (action == "retry" && matches(to, which))
                tried.insert(destination_of(to));
        pending.begin();
        entry_change::submit(
            parts, id,
            [&which, &change](settlement& of) -> result<void> {
                const auto known = of.entry().recipients.size();
                for (std::size_t i = 0; i < known; ++i)
                    if (matches(of.entry().recipients[i], which))
                        (*change)(of, of.entry().recipients[i]);
                return {};
            },
            [&pending](const result<void>& how) { pending.end(how); });
        return true;
    });
    auto count = pending.wait();
    for (const auto& destination : tried)
        unit.deliveries().wake(destination);
    return visited ? count : visited.failure();
}

} // namespace waypost::kernel::transfer
