// SPDX-License-Identifier: Apache-2.0
// The end of the log: writes one group after another into the active segment and goes on to the
// next segment when one is full or failed. A failed group is
// cut off at once, so that it does not come back if the daemon dies before the next segment says
// where this one ends. Once a successor was attempted a segment is never written again, because the
// successor's header may have reached the disk.
#pragma once

#include "log/file.hpp"
#include "log/format.hpp"
#include "log/group.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <vector>

namespace waypost::kernel::log {

/// Where recovery found the end of the log.
struct log_end {
    position last = 0;           // the last valid group
    segment_id segment = 0;      // the segment it is in; 0: none
    std::uint64_t offset = 0;    // that segment is valid up to here
    segment_id next_segment = 1; // never used so far
};

struct placement {
    segment_id segment = 0;
    std::uint64_t body_at = 0;
    std::uint64_t end = 0;
};

/// Single thread (the committer), except where marked.
class writer {
public:
    writer(std::filesystem::path directory, std::size_t segment_bytes, const log_end& end);

    /// Creates the segment that the group numbered `first` will begin.
    result<void> open_next(position first);
    /// Written and synced. After a failure the segment is closed and the caller opens the next.
    result<placement> write(group& body, position sequence);
    /// The next write goes into a new segment.
    void retire() noexcept { active_.close(); }

    segment_id segment() const noexcept { return active_id_; } // [any thread]
    /// A number for a segment of compaction. [any thread]
    segment_id take_segment_id() noexcept { return next_id_.fetch_add(1); }
    segment_id next_segment() const noexcept { return next_id_; } // [any thread]
    std::uint64_t syncs() const noexcept { return syncs_; }       // [any thread]

private:
    checksum_value sum_of(const group_header& header);

    std::filesystem::path directory_;
    std::size_t segment_bytes_;
    file active_;
    std::atomic<segment_id> active_id_;
    std::atomic<segment_id> next_id_;
    std::uint64_t end_;
    std::unique_ptr<checksum> checksum_;
    std::vector<iovec> vectors_;
    std::atomic<std::uint64_t> syncs_{0};
};

} // namespace waypost::kernel::log
