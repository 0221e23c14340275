// SPDX-License-Identifier: Apache-2.0
// Gives disk space back. A closed segment that every consumer has checkpointed is unlinked when
// nothing in it is alive; when less than half is, its live messages are copied to a cold segment
// first, so that old mail is not copied again and again. The cold segment is synced before the
// index points to it and the index is synced before the old segment goes: after a crash each
// message is found exactly once, and a cold segment that the index does not know is removed at
// start.
#pragma once

#include "log/message_index.hpp"
#include "log/options.hpp"
#include "log/writer.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace waypost::kernel::log {

/// Single thread at a time.
class compaction {
public:
    compaction(const options& settings, message_index& index, writer& tail,
               std::function<result<void>()> checkpoint)
        : settings_(settings), index_(index), tail_(tail), checkpoint_(std::move(checkpoint)) {}

    /// One step; `safe`: every consumer has checkpointed up to here. True when there may be more to
    /// do.
    result<bool> step(position safe);

private:
    using candidate = std::pair<segment_id, segment_row>;

    bool closed(segment_id id, const segment_row& row, position safe) const;
    result<bool> unlink_dead_files();
    result<bool> unlink_dead(position safe);
    std::vector<candidate> choose(position safe);
    result<void> copy(const std::vector<candidate>& victims);
    result<void> copy_segment(const candidate& from);
    void take(const record_view& record, segment_id from);
    result<void> flush();

    const options& settings_;
    message_index& index_;
    writer& tail_;
    std::function<result<void>()> checkpoint_;

    // Of the cold segment being written.
    segment_header header_;
    file cold_;
    std::uint64_t end_ = 0;
    position sequence_ = 0;
    std::string body_;
    std::uint32_t records_ = 0;
    std::vector<relocation> moved_;
};

} // namespace waypost::kernel::log
