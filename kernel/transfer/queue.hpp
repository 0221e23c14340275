// SPDX-License-Identifier: Apache-2.0
// The queue: what is left to deliver, to which destination, and when. A consumer of the log: put()
// and erase() go into a group; apply() makes them visible; a checkpoint writes what changed since
// the last one into the table. Memory holds only those changes, so that a long queue costs disk.
#pragma once

#include "log/consumer.hpp"
#include "log/group.hpp"
#include "transfer/envelope.hpp"
#include "transfer/queue_table.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace waypost::kernel::transfer {

inline constexpr log::consumer_id queue_consumer = 1;

struct queue_row {
    log::message_id id;
    envelope what;
};

/// What is due at one destination, earliest first, and when the next row behind that comes.
struct due_page {
    std::vector<log::message_id> ids;
    bool more = false;            // there was no room for all that is due
    std::int64_t next_ns = never; // of the first row that is not due yet
};

struct destination_summary {
    std::string name;
    std::uint64_t messages = 0;
    state_counts recipients{};
    std::int64_t next_try_ns = never;
};

/// Thread-safe.
class queue final : public log::consumer {
public:
    explicit queue(std::unique_ptr<queue_table> table);

    /// [commit] The entry's new content; the queue holds one reference to its message while it
    /// exists.
    void put(log::group& into, log::message_id id, const envelope& what, bool is_new);
    void erase(log::group& into, log::message_id id);
    /// [commit] The entry as it will be after what is in the group so far.
    std::optional<envelope> current(log::message_id id) const;

    std::optional<envelope> find(log::message_id id) const;
    due_page due(std::string_view destination, std::int64_t until_ns, std::size_t room) const;
    /// Each destination with a row, in order, and the time of its earliest.
    void
    destinations(const std::function<void(std::string_view, std::int64_t when_ns)>& visit) const;
    /// Counts all rows: about a second for five million.
    std::vector<destination_summary> summaries() const;
    /// Messages whose timer is up, at most `room`; and the time of the first one that is not.
    std::vector<log::message_id> timers(std::int64_t until_ns, std::size_t room,
                                        std::int64_t& next_ns) const;
    /// The time of the earliest try; nothing when nothing is pending.
    std::optional<std::int64_t> earliest() const;
    /// A page of entries from `first` on.
    std::vector<queue_row> list(log::message_id first, std::size_t room) const;
    /// Ids at one destination, in order of time, behind the row `after` (empty: from the start);
    /// `after` becomes the last one's.
    std::vector<log::message_id> ids_at(std::string_view destination, std::string& after,
                                        std::size_t room) const;
    std::uint64_t size() const;

    /// Writes what is in memory into the table; the position that is durable then. One thread at a
    /// time.
    result<log::position> checkpoint();
    std::size_t changes() const;
    /// [commit] Called with the index rows of entries that came or changed, and their earliest
    /// timer.
    using change_call = std::function<void(std::vector<index_row>, std::int64_t timer_ns)>;
    void on_change(change_call call) { changed_ = std::move(call); }
    void on_checkpoint_wanted(std::function<void()> call) { wanted_ = std::move(call); }

    void apply(log::position at, std::span<const log::record_view> records) override;
    void abandon() override { staged_.clear(); }
    log::position applied() const override { return table_->applied(); }
    void checkpoint_wanted() override;

private:
    using change_map = std::map<log::message_id, queue_change>;
    using row_map = std::map<std::string, state_counts, std::less<>>;
    using row_visitor = std::function<bool(const row_key&, const state_counts&)>;

    void apply_record(std::string_view record);
    void show(log::message_id id, const queue_change& change);
    void hide(log::message_id id, const queue_change& change);
    const queue_change* change_of(log::message_id id) const;
    /// Rows of table and memory together from key `first` on.
    void visit_rows(std::string_view first, const row_visitor& visit) const;
    std::map<log::message_id, std::string> page(log::message_id first, std::size_t room) const;

    std::unique_ptr<queue_table> table_;
    change_call changed_;
    std::function<void()> wanted_;
    std::string scratch_;                                          // [commit]
    std::map<log::message_id, std::optional<std::string>> staged_; // [commit] in this group

    mutable std::mutex mutex_;
    change_map fresh_;   // since the last checkpoint began
    change_map writing_; // being written
    row_map rows_;       // of the changes in memory that count
    std::set<std::pair<std::int64_t, log::message_id>> timers_; // likewise
    log::position at_ = 0;
    std::int64_t size_ = 0;
};

} // namespace waypost::kernel::transfer
