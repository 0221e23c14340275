// SPDX-License-Identifier: Apache-2.0
// The queue on disk: LMDB tables written by checkpoints only; the log is what makes changes
// durable.
//   entries  message id -> envelope text of what is left to deliver
//   due      next try, message id -> nothing
//   state    "applied" -> position of the checkpoint
#pragma once

#include "log/position.hpp"

#include <waypost/result.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct MDB_env;

namespace waypost::kernel::transfer {

/// A change of one entry: its new text, or gone.
struct queue_change {
    std::optional<std::string> text;
    std::int64_t next_try_ns = 0;
};

/// Thread-safe: LMDB's readers and its one writer.
class queue_table {
public:
    static result<std::unique_ptr<queue_table>> open(const std::filesystem::path& folder,
                                                     std::size_t map_bytes);
    ~queue_table();
    queue_table(const queue_table&) = delete;
    queue_table& operator=(const queue_table&) = delete;

    log::position applied() const;
    result<void> write(const std::map<log::message_id, queue_change>& changes, log::position at);
    std::optional<std::string> find(log::message_id id) const;
    /// Visits (next try, id) in order of time, up to `until`; stops when the visitor returns false.
    void due(std::int64_t until_ns,
             const std::function<bool(std::int64_t, log::message_id)>& visit) const;
    /// Visits (id, text) from `first` on; stops when the visitor returns false.
    void each(log::message_id first,
              const std::function<bool(log::message_id, std::string_view)>& visit) const;
    std::uint64_t size() const;

private:
    queue_table() = default;
    MDB_env* env_ = nullptr;
    unsigned entries_ = 0;
    unsigned due_ = 0;
    unsigned state_ = 0;
};

/// The earliest next try among the pending recipients of an entry's text; 0: none is pending.
std::int64_t next_try_of(std::string_view text);

} // namespace waypost::kernel::transfer
