// SPDX-License-Identifier: Apache-2.0
// Recovery and replay; see recovery.hpp.
#include "log/recovery.hpp"

#include "log/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace waypost::kernel::log {

error recovery::corrupt(segment_id id, std::uint64_t offset, std::string_view what) const {
    return {WP_PERMFAIL, fmt::format("the message log is damaged: {} at byte {}: {}; nothing was "
                                     "changed; keep a copy of {}, "
                                     "check the disk and restore from a backup",
                                     segment_path(settings_.directory, id).native(), offset, what,
                                     settings_.directory.native())};
}

result<recovered> recovery::run() {
    for (const auto step :
         {&recovery::list_segments, &recovery::check_rows, &recovery::find_starts})
        if (auto outcome = (this->*step)(); !outcome)
            return outcome.failure();
    if (!hot_.empty()) {
        const auto first = first_needed();
        if (!first)
            return first.failure();
        if (auto outcome = replay(*first); !outcome)
            return outcome.failure();
    }
    for (const auto step : {&recovery::check_ends, &recovery::clean_spool})
        if (auto outcome = (this->*step)(); !outcome)
            return outcome.failure();
    for (const auto& one : hot_)
        index_.add_segment(one.header.id, one.header.first - 1);
    out_.end.next_segment = std::max(out_.end.next_segment, index_.next_segment());
    return std::move(out_);
}

result<void> recovery::list_segments() {
    std::vector<segment_id> ids;
    std::error_code code;
    for (const auto& one : std::filesystem::directory_iterator(settings_.directory / "log", code))
        if (const auto id = number_of(one.path().filename().native(), ".seg"))
            ids.push_back(*id);
    if (code)
        return io_failure("list", (settings_.directory / "log").native(), code.value());
    std::sort(ids.begin(), ids.end());
    for (const auto id : ids)
        if (auto outcome = take_segment(id); !outcome)
            return outcome;
    for (const auto& one : hot_) {
        if (one.header.previous == 0)
            continue;
        const auto [at, added] =
            declared_.try_emplace(one.header.previous, one.header.previous_end);
        if (!added && at->second != one.header.previous_end)
            return corrupt(one.header.previous, at->second,
                           "its successors disagree where it ends");
    }
    return {};
}

result<void> recovery::take_segment(segment_id id) {
    const auto path = segment_path(settings_.directory, id);
    out_.end.next_segment = id + 1;
    auto opened = file::open_read(path);
    if (!opened)
        return opened.failure();
    const auto size = opened->size();
    if (!size)
        return size.failure();
    const auto bytes = mapping::open(path, 0);
    if (!bytes)
        return bytes.failure();
    const auto header = *size < segment_header_size
                            ? std::nullopt
                            : parse_segment_header({(*bytes)->data(), segment_header_size});
    if (!header) {
        // A header is synced before anything follows it: without more bytes this was never used.
        if (*size <= segment_header_size)
            return unlink_file(path);
        return corrupt(id, 0, "the segment header is bad");
    }
    if (header->id != id)
        return corrupt(id, 0, "the header belongs to another segment");
    if (header->cold)
        return take_cold(id, *size);
    sizes_[id] = *size;
    hot_.push_back({*header, *size});
    return {};
}

/// A cold segment that the index does not know was being written when the daemon died.
result<void> recovery::take_cold(segment_id id, std::uint64_t size) {
    if (index_.is_new())
        return error(
            WP_PERMFAIL,
            fmt::format("{} is missing or empty but {} holds compacted messages; restore both "
                        "from the same backup",
                        (settings_.directory / "messages.mdb").native(),
                        segment_path(settings_.directory, id).native()));
    if (!index_.segments().contains(id))
        return unlink_file(segment_path(settings_.directory, id));
    sizes_[id] = size;
    return {};
}

result<void> recovery::check_rows() {
    for (const auto& [id, row] : index_.segments()) {
        const auto found = sizes_.find(id);
        if (found == sizes_.end())
            continue; // see check_ends: the replay may release what was in it
        if (found->second < row.end)
            return corrupt(id, found->second, fmt::format("the file ends before byte {}", row.end));
    }
    if (hot_.empty() && !index_.is_new() && index_.durable() > 0)
        return error(
            WP_PERMFAIL,
            fmt::format(
                "{} holds no log, but the message index knows groups up to {}; restore both from "
                "the same backup",
                (settings_.directory / "log").native(), index_.durable()));
    return {};
}

result<void> recovery::find_starts() {
    std::map<consumer_id, consumer_floor> floors;
    for (const auto& [id, floor] : index_.floors()) {
        floors[id] = floor;
        starts_[id] = floor.floor;
    }
    for (const auto* one : consumers_) {
        // Without a floor it is new: nothing in the log before the checkpoint of the index can be
        // for it.
        const auto known = floors.find(one->id());
        const auto floor =
            known == floors.end() ? consumer_floor{index_.durable(), 0} : known->second;
        const bool as_known = one->applied() >= floor.applied; // else its database is an older copy
        starts_[one->id()] = as_known ? std::max(one->applied(), floor.floor) : one->applied();
        floors.erase(one->id());
    }
    starts_[index_consumer] = index_.durable();
    for (const auto& [id, floor] : floors)
        out_.absent.emplace_back(id, floor.applied);
    return {};
}

/// The first segment with a group that some consumer needs. Of several that begin with the same
/// group all but the last are empty, and what failed in them is not looked at.
result<std::size_t> recovery::first_needed() const {
    position least = std::numeric_limits<position>::max();
    for (const auto& [id, start] : starts_)
        least = std::min(least, start);
    std::size_t at = hot_.size();
    while (at > 0 && hot_[at - 1].header.first > least + 1)
        --at;
    if (at > 0)
        return at - 1;
    return corrupt(hot_.front().header.id, 0,
                   fmt::format("a consumer needs the groups from {} on, but the log begins with {}",
                               least + 1, hot_.front().header.first));
}

result<void> recovery::replay(std::size_t first) {
    out_.end.last = hot_[first].header.first - 1;
    for (std::size_t at = first; at < hot_.size(); ++at) {
        // What a killed process wrote may be in the page cache only; it must not be believed before
        // it is safe.
        auto opened = file::open_write(segment_path(settings_.directory, hot_[at].header.id));
        if (!opened)
            return opened.failure();
        if (at + 1 == hot_.size()) {
            if (auto synced = opened->sync(); !synced)
                return synced;
            opened->forget_pages();
        }
        const auto bytes = mapping::open(opened->path(), 0);
        if (!bytes)
            return bytes.failure();
        if (auto outcome = replay_segment(at, {(*bytes)->data(), hot_[at].size}); !outcome)
            return outcome;
    }
    return {};
}

result<void> recovery::replay_segment(std::size_t at, std::string_view bytes) {
    const auto& header = hot_[at].header;
    if (header.first != out_.end.last + 1)
        return corrupt(header.id, 0,
                       fmt::format("it begins with group {}, group {} is missing", header.first,
                                   out_.end.last + 1));
    const auto end = declared_.find(header.id);
    const bool declared = end != declared_.end();
    if (declared && end->second > bytes.size())
        return corrupt(header.id, bytes.size(),
                       fmt::format("the file ends before byte {}", end->second));
    if (declared)
        bytes = bytes.substr(0, end->second);

    checksum sum(header.key);
    out_.end.segment = header.id;
    out_.end.offset = segment_header_size;
    while (out_.end.offset < bytes.size()) {
        const auto group = read_group(bytes, out_.end.offset, sum);
        if (!group || group->sequence != out_.end.last + 1)
            return bad_group(at, bytes, out_.end.offset, declared, sum);
        if (auto outcome = apply(hot_[at], *group); !outcome)
            return outcome;
        out_.replayed_bytes += group->end() - group->offset;
        out_.end.last = group->sequence;
        out_.end.offset = group->end();
    }
    return {};
}

/// Torn tail or corruption.
result<void> recovery::bad_group(std::size_t at, std::string_view bytes, std::uint64_t offset,
                                 bool declared, checksum& sum) {
    const auto id = hot_[at].header.id;
    if (declared)
        return corrupt(id, offset, "a group is bad that was acknowledged");
    for (std::size_t later = at + 1; later < hot_.size(); ++later)
        if (hot_[later].size > segment_header_size)
            return corrupt(id, offset, "a group is bad and later segments hold more");
    if (const auto header = plausible_group(bytes, offset)) {
        const auto next = read_group(bytes, offset + group_header_size + header->bytes, sum);
        if (next && next->sequence > out_.end.last)
            return corrupt(id, offset, "a group is bad and a valid one follows it");
    }
    out_.torn_bytes = bytes.size() - offset;
    return {};
}

result<void> recovery::apply(const hot_segment& in, const group_view& group) {
    for (auto& [id, records] : sorted_)
        records.clear();
    record_reader reader(group);
    for (record_view record; reader.next(record);) {
        auto found = std::find_if(sorted_.begin(), sorted_.end(),
                                  [&](const auto& one) { return one.first == record.consumer; });
        if (found == sorted_.end())
            found = sorted_.insert(found, {record.consumer, {}});
        found->second.push_back(record);
    }
    if (reader.broken())
        return corrupt(in.header.id, group.offset, "a group with a good checksum does not parse");

    bool indexed = group.sequence <= starts_[index_consumer];
    for (const auto& [id, records] : sorted_) {
        if (id == index_consumer) {
            if (!indexed)
                index_.apply(group.sequence, in.header.id, group.end(), records);
            indexed = true;
            continue;
        }
        if (records.empty())
            continue;
        out_.last_records[id] = group.sequence;
        if (group.sequence <= starts_[id])
            continue;
        const auto owner = std::find_if(consumers_.begin(), consumers_.end(),
                                        [id = id](const consumer* one) { return one->id() == id; });
        if (owner == consumers_.end())
            return error(WP_PERMFAIL,
                         fmt::format("the message log holds changes of consumer {} which is not "
                                     "configured; configure it once more and let it start",
                                     id));
        (*owner)->apply(group.sequence, records);
    }
    if (!indexed)
        index_.apply(group.sequence, in.header.id, group.end(), {});
    return {};
}

result<void> recovery::check_ends() {
    for (const auto* one : consumers_)
        if (one->applied() > out_.end.last)
            return error(
                WP_PERMFAIL,
                fmt::format("{} has group {} but the message log ends with {}; restore both "
                            "from the same backup",
                            one->name(), one->applied(), out_.end.last));
    for (const auto& [id, row] : index_.segments()) {
        if (sizes_.contains(id))
            continue;
        if (row.live > 0)
            return corrupt(
                id, 0,
                fmt::format("the segment is missing, it holds {} bytes of live mail", row.live));
        index_.drop_segment(id);
    }
    return {};
}

/// Files that no record names: their group never became durable, or they died and were not removed
/// yet.
result<void> recovery::clean_spool() {
    std::error_code code;
    for (const auto& one :
         std::filesystem::directory_iterator(settings_.directory / "spool", code)) {
        const auto id = number_of(one.path().filename().native(), ".msg");
        if (!id)
            continue;
        if (*id >= index_.next_message())
            index_.next_message() = *id + 1;
        const auto entry = index_.find(*id);
        if (entry && entry->in_file)
            continue;
        if (auto outcome = unlink_file(one.path()); !outcome)
            return outcome;
    }
    if (code)
        return io_failure("list", (settings_.directory / "spool").native(), code.value());
    return {};
}

} // namespace waypost::kernel::log
