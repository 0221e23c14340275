// SPDX-License-Identifier: Apache-2.0
// The queue on disk: LMDB tables written by checkpoints only; the log is what makes changes
// durable.
//   entries  message id -> envelope text of what is left to deliver
//   index    destination, next try, message id -> recipients by state
//   timers   time, message id -> nothing
//   state    "applied" -> position of the checkpoint
#pragma once

#include "log/position.hpp"
#include "transfer/destination.hpp"

#include <waypost/result.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct MDB_env;
struct MDB_txn;

namespace waypost::kernel::transfer {

/// A change of one entry: its new text with what the index says of it, or gone.
struct queue_change {
    std::optional<std::string> text;
    std::vector<std::string> keys; // of its rows in the index
    std::vector<state_counts> counts;
    std::int64_t timer_ns = 0;
};

/// What the tables hold of an entry; malformed text has no rows.
queue_change change_of(log::message_id id, std::string text);

/// Thread-safe: LMDB's readers and its one writer.
class queue_table {
public:
    /// One state of the tables, for several look-ups.
    class view {
    public:
        explicit view(const queue_table& of);
        ~view();
        view(const view&) = delete;
        view& operator=(const view&) = delete;

        std::optional<std::string> find(log::message_id id) const;
        /// Visits index rows from `first` on in order of keys; stops when the visitor returns
        /// false.
        void
        rows(std::string_view first,
             const std::function<bool(std::string_view key, const state_counts&)>& visit) const;
        /// The first row at or behind `key`; empty: none.
        std::string row_from(std::string_view key) const;
        void timers(const std::function<bool(std::int64_t, log::message_id)>& visit) const;
        /// Visits (id, text) from `first` on.
        void entries(log::message_id first,
                     const std::function<bool(log::message_id, std::string_view)>& visit) const;

    private:
        const queue_table& of_;
        MDB_txn* txn_ = nullptr;
    };

    static result<std::unique_ptr<queue_table>> open(const std::filesystem::path& folder,
                                                     std::size_t map_bytes);
    ~queue_table();
    queue_table(const queue_table&) = delete;
    queue_table& operator=(const queue_table&) = delete;

    log::position applied() const;
    std::uint64_t size() const;
    result<void> write(const std::map<log::message_id, queue_change>& changes, log::position at);

private:
    queue_table() = default;
    int write_change(MDB_txn* txn, log::message_id id, const queue_change& change) const;
    int erase_rows(MDB_txn* txn, log::message_id id, const queue_change& old) const;
    int put_rows(MDB_txn* txn, log::message_id id, const queue_change& fresh) const;

    MDB_env* env_ = nullptr;
    unsigned entries_ = 0;
    unsigned index_ = 0;
    unsigned timers_ = 0;
    unsigned state_ = 0;
};

} // namespace waypost::kernel::transfer
