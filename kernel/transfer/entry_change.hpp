// SPDX-License-Identifier: Apache-2.0
// A change of one queue entry that is no delivery: a timer, what a channel says days later, the
// operator's hand. It is decided on the committer, from the entry as it is then.
#pragma once

#include "log/operation.hpp"
#include "transfer/settlement.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace waypost::kernel::transfer {

/// Deletes itself behind `then`.
class entry_change final : public log::operation {
public:
    /// [commit] Its failure refuses the change.
    using change = std::function<result<void>(settlement& of)>;
    /// [commit], or at once when the log takes nothing.
    using completion = std::function<void(const result<void>&)>;

    /// An entry that is gone is WP_NOT_FOUND. [any]
    static void submit(context& unit, log::message_id id, change what, completion then);

    result<void> prepare(log::group& into) override;
    void done(const result<void>& outcome, log::position at) override;

private:
    entry_change(context& unit, log::message_id id, change what, completion then)
        : unit_(unit), id_(id), change_(std::move(what)), then_(std::move(then)) {}

    context& unit_;
    log::message_id id_;
    change change_;
    completion then_;
    envelope entry_;
    std::deque<std::string> kept_;
    std::vector<settlement::event> events_;
};

/// Ends what has outlived its time and warns of what is late.
result<void> apply_timer(const context& unit, settlement& of, std::int64_t now);

} // namespace waypost::kernel::transfer
