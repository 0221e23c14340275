// SPDX-License-Identifier: Apache-2.0
// Changes what is left of a queued message: what became of its recipients goes into one group with
// the reports to its sender and the entry's new text, so that all of it happens or nothing.
#pragma once

#include "transfer/context.hpp"
#include "transfer/reporter.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace waypost::kernel::transfer {

/// [commit]; a local object of an operation's prepare().
class settlement {
public:
    /// What happened to a recipient, for the log once the group is durable.
    struct event {
        recipient to;
        outcome fate;
    };

    settlement(context& unit, log::message_id id, std::int64_t now);

    /// False: the entry is gone meanwhile, an operator removed it.
    bool has_entry() const noexcept { return found_; }
    envelope& entry() noexcept { return entry_; }
    /// Null: that recipient is gone.
    recipient* find(std::uint64_t key) noexcept;
    recipient& add(const recipient& like);

    /// Delivered, failed for good, handed over, or to be tried again.
    void settle(recipient& to, const outcome& fate);
    /// It is late: its sender may be told, once.
    void warn(recipient& to);
    /// Without a word to anybody.
    void drop(const recipient& to);

    /// Writes reports and entry; returns what to log. `keep` lives until the group is written.
    std::vector<event> finish(log::group& into, std::deque<std::string>& keep);

private:
    bool is_final(const recipient& to, const outcome& fate) const;

    context& unit_;
    log::message_id id_;
    std::int64_t now_;
    bool found_ = false;
    envelope entry_;
    std::vector<std::uint64_t> gone_; // keys of recipients that leave the entry
    std::vector<report_event> reported_;
    std::vector<event> events_;
};

/// Counts an event and writes its line.
void tell_settled(context& unit, log::message_id id, std::uint64_t size, const envelope& of,
                  const settlement::event& what);

std::int64_t expires_ns(const options& settings, const envelope& what) noexcept;
/// When the next warning or end of a message is due; 0: never.
std::int64_t next_timer(const options& settings, const envelope& what) noexcept;

} // namespace waypost::kernel::transfer
