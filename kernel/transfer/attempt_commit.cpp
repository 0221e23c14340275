// SPDX-License-Identifier: Apache-2.0
// What an attempt changes, in one group of the log.
#include "log/fault.hpp"
#include "transfer/attempt.hpp"
#include "transfer/events.hpp"

#include <utility>

namespace waypost::kernel::transfer {

/// "Passed on" and "next try" may wait for somebody else's flush: lost in a crash, they are done
/// once more, as when the answer of the next system is lost.
void attempt::submit() {
    unsynced = true;
    for (const auto& one : rows_)
        if (one.next != course::decided || one.to.notify != WP_NOTIFY_DEFAULT ||
            (one.fate.status != WP_OK && one.fate.status != WP_TEMPFAIL))
            unsynced = false;
    error why;
    if (unit_.log->submit(*this, &why) != WP_PENDING)
        owner_.refused(*this);
}

void attempt::stage(log::group& into) {
    std::vector<recipient> local;
    std::vector<row*> of;
    for (auto& one : rows_)
        if (one.next == course::stage) {
            local.push_back(one.to);
            of.push_back(&one);
        }
    if (local.empty())
        return;
    const auto staged = unit_.staging.stage(
        into, {id_, size_, &envelope_, expires_ns(unit_.settings, envelope_)}, local);
    for (std::size_t i = 0; i < staged.size(); ++i)
        of[i]->fate = staged[i];
}

result<void> attempt::prepare(log::group& into) {
    events_.clear();
    settlement change(unit_, id_, now_);
    if (!change.has_entry())
        return {};
    stage(into);
    for (const auto& one : rows_) {
        auto* to = change.find(one.to.key);
        if (to == nullptr || to->state != recipient_state::pending)
            continue;
        to->channel = one.to.channel;
        to->next_hop = one.to.next_hop;
        to->address = one.to.address;
        to->account = one.to.account;
        to->detail = one.to.detail;
        to->state = one.to.state;
        if (one.next != course::moved)
            change.settle(*to, one.fate);
        for (const auto& other : one.also)
            change.add(other);
    }
    events_ = change.finish(into, kept_);
    return {};
}

void attempt::done(const result<void>& outcome, log::position) {
    log::fault::point("transfer.attempt.before-end");
    kept_.clear();
    if (!outcome) {
        owner_.refused(*this);
        return;
    }
    for (const auto& one : events_)
        tell_settled(unit_, id_, size_, envelope_, one);
    end();
}

void attempt::end() {
    owner_.ended(*this);
    delete this;
}

} // namespace waypost::kernel::transfer
