// SPDX-License-Identifier: Apache-2.0
// The queue: what is left to deliver, and when. A consumer of the log: put() and erase() go into a
// group; apply() makes them visible; a checkpoint writes what changed since the last one into the
// table. Memory holds only those changes, so that a long queue costs disk.
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
#include <string>
#include <vector>

namespace waypost::kernel::transfer {

inline constexpr log::consumer_id queue_consumer = 1;

struct queue_row {
    log::message_id id;
    envelope what;
};

/// Thread-safe.
class queue final : public log::consumer {
public:
    explicit queue(std::unique_ptr<queue_table> table);

    /// [commit] The entry's new content; the queue holds one reference to its message while it
    /// exists.
    void put(log::group& into, log::message_id id, const envelope& what, bool is_new);
    void erase(log::group& into, log::message_id id);

    std::optional<envelope> find(log::message_id id) const;
    /// Ids due until `until_ns`, earliest first, at most `room`.
    std::vector<log::message_id> due(std::int64_t until_ns, std::size_t room) const;
    /// The time of the earliest try; nothing when nothing is pending.
    std::optional<std::int64_t> earliest() const;
    /// A page of entries from `first` on.
    std::vector<queue_row> list(log::message_id first, std::size_t room) const;
    std::uint64_t size() const;

    /// Writes what is in memory into the table; the position that is durable then. One thread at a
    /// time.
    result<log::position> checkpoint();
    std::size_t changes() const;
    /// Called, on the committer's thread, when an entry may be due earlier than any before.
    void on_change(std::function<void()> call) { changed_ = std::move(call); }
    void on_checkpoint_wanted(std::function<void()> call) { wanted_ = std::move(call); }

    void apply(log::position at, std::span<const log::record_view> records) override;
    log::position applied() const override { return table_->applied(); }
    void checkpoint_wanted() override;

private:
    using change_map = std::map<log::message_id, queue_change>;

    void apply_record(std::string_view record);
    const queue_change* change_of(log::message_id id) const;
    std::map<log::message_id, std::string> page(log::message_id first, std::size_t room) const;

    std::unique_ptr<queue_table> table_;
    std::function<void()> changed_;
    std::function<void()> wanted_;
    std::string scratch_; // [commit]

    mutable std::mutex mutex_;
    change_map fresh_;   // since the last checkpoint began
    change_map writing_; // being written
    log::position at_ = 0;
    std::int64_t size_ = 0;
};

} // namespace waypost::kernel::transfer
