// SPDX-License-Identifier: Apache-2.0
#include "transfer/entry_change.hpp"

#include <fmt/format.h>

namespace waypost::kernel::transfer {

void entry_change::submit(context& unit, log::message_id id, change what, completion then) {
    auto* work = new entry_change(unit, id, std::move(what), std::move(then));
    error why;
    if (unit.log->submit(*work, &why) != WP_PENDING)
        work->done(why, 0);
}

result<void> entry_change::prepare(log::group& into) {
    settlement of(unit_, id_, unit_.settings.now());
    if (!of.has_entry())
        return error(WP_NOT_FOUND, fmt::format("no message {} is in the queue", id_));
    if (auto decided = change_(of); !decided)
        return decided;
    entry_ = of.entry();
    events_ = of.finish(into, kept_);
    return {};
}

void entry_change::done(const result<void>& outcome, log::position) {
    if (outcome && !events_.empty()) {
        const auto held = unit_.log->messages().open(id_);
        const std::uint64_t size = held ? (*held)->size() : 0;
        for (const auto& one : events_)
            tell_settled(unit_, id_, size, entry_, one);
    }
    then_(outcome);
    delete this;
}

result<void> apply_timer(const context& unit, settlement& of, std::int64_t now) {
    const bool over = now >= expires_ns(unit.settings, of.entry());
    for (auto& to : of.entry().recipients) {
        if (to.state != recipient_state::pending)
            continue;
        if (!over) {
            of.warn(to);
            continue;
        }
        outcome fate;
        fate.status = WP_PERMFAIL;
        fate.why =
            error(WP_PERMFAIL, 554, 5, 4, 7,
                  to.last_error.empty() ? "the time for delivery is over"
                                        : "the time for delivery is over; last: " + to.last_error);
        fate.remote = to.last_remote;
        fate.reply = to.last_reply;
        of.settle(to, fate);
    }
    return {};
}

} // namespace waypost::kernel::transfer
