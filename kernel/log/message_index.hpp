// SPDX-License-Identifier: Apache-2.0
// Message id -> where the bytes are and how many references they have. The index is consumer 0 of
// the log: it keeps changes since its last checkpoint in memory over messages.mdb. A message whose
// references sum to zero after a group is dead; what compaction may drop or move is decided by the
// live bytes of each segment.
#pragma once

#include "log/format.hpp"
#include "log/index_store.hpp"
#include "log/message.hpp"
#include "log/options.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace waypost::kernel::log {

using floor_list = std::vector<std::pair<consumer_id, consumer_floor>>;

/// A message that compaction copied.
struct relocation {
    message_id message;
    segment_id from;
    std::uint64_t from_offset;
    segment_id to;
    std::uint64_t to_offset;
};

/// Thread-safe.
class message_index {
public:
    static result<std::unique_ptr<message_index>> open(const options& settings);

    /// WP_NOT_FOUND when there is no such message or it is dead.
    result<std::shared_ptr<const message>> open(message_id id);
    std::optional<index_entry> find(message_id id);

    // For the log itself.
    /// A group is durable; `end` is where it ends in its segment. One thread at a time.
    void apply(position at, segment_id segment, std::uint64_t end,
               std::span<const record_view> records);
    /// A hot segment exists (no-op when known).
    void add_segment(segment_id id, position before);
    /// Writes everything applied so far, with the floors of the other consumers.
    result<void> checkpoint(const floor_list& floors, segment_id next_segment);
    /// Points messages that are still where `moved` says to their new place; durable with the next
    /// checkpoint.
    void relocate(std::span<const relocation> moved, segment_id cold, std::uint64_t cold_end);
    void drop_segment(segment_id id);
    std::map<segment_id, segment_row> segments();
    /// Large messages that died since the last call.
    std::vector<message_id> take_dead_files();
    void forget_mapping(segment_id id);

    bool is_new() const noexcept { return new_; }
    position durable() const noexcept { return durable_; }
    std::size_t changes() const noexcept { return changes_; }
    std::atomic<message_id>& next_message() noexcept { return next_message_; }
    segment_id next_segment() const noexcept { return loaded_.next_segment; }
    const floor_list& floors() const noexcept { return floors_; }
    std::uint64_t bad_references() const noexcept { return bad_references_; }

private:
    using entries = boost::unordered_flat_map<message_id, index_entry>;

    message_index(const options& settings, std::unique_ptr<index_store> store);
    std::optional<index_entry> look_up(message_id id);
    index_entry* writable(message_id id);
    void apply_references(std::string_view changes);
    void bury_dead();
    result<void> write(const entries& changed, const floor_list& floors, const index_state& state,
                       const std::map<segment_id, segment_row>& rows,
                       const std::vector<segment_id>& dropped);
    result<std::shared_ptr<const mapping>> map_segment(segment_id id, std::uint64_t up_to);

    const options& settings_;
    std::unique_ptr<index_store> store_;
    index_state loaded_;
    floor_list floors_;
    bool new_ = false;

    std::mutex checkpoint_mutex_; // before mutex_
    std::mutex mutex_;
    entries changed_;  // since the last checkpoint began
    entries flushing_; // being written by a checkpoint
    std::map<segment_id, segment_row> rows_;
    std::vector<segment_id> dropped_rows_;
    std::vector<message_id> touched_;
    std::vector<message_id> dead_files_;
    position applied_ = 0;

    std::mutex map_mutex_;
    std::map<segment_id, std::shared_ptr<const mapping>> mapped_;

    std::atomic<position> durable_{0};
    std::atomic<std::size_t> changes_{0};
    std::atomic<message_id> next_message_{1};
    std::atomic<std::uint64_t> bad_references_{0};
};

/// Bytes a live message keeps in its segment.
inline std::uint64_t bytes_in_log(const index_entry& entry) noexcept {
    return record_header_size + entry.envelope + envelope_end.size() +
           (entry.in_file ? 0 : entry.content);
}

} // namespace waypost::kernel::log
