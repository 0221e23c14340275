// SPDX-License-Identifier: Apache-2.0
// Start of the log: finds its end, checks that nothing before it is damaged, and replays to every
// consumer what it has not checkpointed. Nothing scans for records: groups are read in order, the
// first bad one ends the log. It is a torn tail only if nothing valid follows it; everything else
// is corruption, reported and left as it is.
#pragma once

#include "log/consumer.hpp"
#include "log/message_index.hpp"
#include "log/options.hpp"
#include "log/writer.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace waypost::kernel::log {

/// What recovery found, for the caller and for a person.
struct recovered {
    log_end end;
    std::map<consumer_id, position> last_records; // the last group with records of the consumer
    std::vector<std::pair<consumer_id, position>>
        absent; // known, not registered now; with its checkpoint
    std::uint64_t replayed_bytes = 0;
    std::uint64_t torn_bytes = 0;
};

/// Single thread, before anything else runs.
class recovery {
public:
    recovery(const options& settings, message_index& index, std::span<consumer* const> consumers)
        : settings_(settings), index_(index), consumers_(consumers) {}

    result<recovered> run();

private:
    struct hot_segment {
        segment_header header;
        std::uint64_t size = 0;
    };

    result<void> list_segments();
    result<void> take_segment(segment_id id);
    result<void> take_cold(segment_id id, std::uint64_t size);
    result<void> check_rows();
    result<void> find_starts();
    result<std::size_t> first_needed() const;
    result<void> replay(std::size_t first);
    result<void> replay_segment(std::size_t at, std::string_view bytes);
    result<void> bad_group(std::size_t at, std::string_view bytes, std::uint64_t offset,
                           bool declared, checksum& sum);
    result<void> apply(const hot_segment& in, const group_view& group);
    result<void> clean_spool();
    result<void> check_ends();
    error corrupt(segment_id id, std::uint64_t offset, std::string_view what) const;

    const options& settings_;
    message_index& index_;
    std::span<consumer* const> consumers_;
    std::vector<hot_segment> hot_;
    std::map<segment_id, std::uint64_t>
        declared_;                              // segment -> where it ends, said by its successor
    std::map<segment_id, std::uint64_t> sizes_; // of all usable files
    std::map<consumer_id, position> starts_;    // of all consumers ever seen
    std::vector<std::pair<consumer_id, std::vector<record_view>>> sorted_; // of one group
    recovered out_;
};

} // namespace waypost::kernel::log
