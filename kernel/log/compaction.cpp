// SPDX-License-Identifier: Apache-2.0
// Compaction; see compaction.hpp.
#include "log/compaction.hpp"

#include "log/fault.hpp"
#include "log/segment.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::log {
namespace {

/// Groups of a cold segment are written when they are this large.
constexpr std::size_t cold_group_bytes = std::size_t{1} << 20U;
/// This many small segments (of many restarts) are worth putting together.
constexpr std::size_t many_small = 16;

} // namespace

bool compaction::closed(segment_id id, const segment_row& row, position safe) const {
    return row.cold != 0 || (id < tail_.segment() && row.last <= safe);
}

result<bool> compaction::step(position safe) {
    if (auto done = unlink_dead_files(); !done)
        return done;
    if (auto done = unlink_dead(safe); !done || *done)
        return done;
    const auto victims = choose(safe);
    if (victims.empty())
        return false;
    if (auto copied = copy(victims); !copied) {
        cold_.close();
        static_cast<void>(unlink_file(segment_path(settings_.directory, header_.id)));
        return copied.failure();
    }
    fault::point("log.compact.copied");
    cold_.close();
    index_.relocate(moved_, header_.id, end_);
    if (auto indexed = checkpoint_(); !indexed)
        return indexed.failure();
    fault::point("log.compact.indexed");
    return true; // the victims are dead now; the next step unlinks them
}

result<bool> compaction::unlink_dead_files() {
    for (const auto id : index_.take_dead_files())
        if (auto gone = unlink_file(large_message_path(settings_.directory, id)); !gone)
            return gone.failure();
    return false;
}

/// The copies of a victim must be in the durable index before it goes, so the caller checkpoints in
/// between.
result<bool> compaction::unlink_dead(position safe) {
    bool any = false;
    for (const auto& [id, row] : index_.segments()) {
        if (row.live != 0 || !closed(id, row, safe))
            continue;
        if (!any)
            if (auto indexed = checkpoint_(); !indexed)
                return indexed.failure();
        any = true;
        index_.forget_mapping(id);
        if (auto gone = unlink_file(segment_path(settings_.directory, id)); !gone)
            return gone.failure();
        fault::point("log.compact.unlinked");
        index_.drop_segment(id);
    }
    return any;
}

std::vector<compaction::candidate> compaction::choose(position safe) {
    std::vector<candidate> victims, small;
    std::uint64_t live = 0;
    for (const auto& one : index_.segments()) {
        const auto& row = one.second;
        if (!closed(one.first, row, safe) || live + row.live > settings_.segment_bytes)
            continue;
        const bool sparse = row.live < (row.end - segment_header_size) / 2;
        if (sparse)
            victims.push_back(one);
        else if (row.end < settings_.segment_bytes / many_small)
            small.push_back(one);
        else
            continue;
        live += row.live;
    }
    if (victims.empty() && small.size() < many_small)
        return {};
    victims.insert(victims.end(), small.begin(), small.end());
    return victims;
}

result<void> compaction::copy(const std::vector<candidate>& victims) {
    header_ = {};
    header_.id = tail_.take_segment_id();
    header_.cold = true;
    header_.key = random_key();
    moved_.clear();
    body_.clear();
    records_ = 0;
    sequence_ = 0;
    end_ = segment_header_size;
    auto made = create_segment(settings_.directory, header_);
    if (!made)
        return made.failure();
    cold_ = std::move(*made);
    for (const auto& one : victims)
        if (auto copied = copy_segment(one); !copied)
            return copied;
    if (auto flushed = flush(); !flushed)
        return flushed;
    return cold_.sync();
}

result<void> compaction::copy_segment(const candidate& from) {
    const auto path = segment_path(settings_.directory, from.first);
    const auto bytes = mapping::open(path, 0);
    if (!bytes)
        return bytes.failure();
    const std::string_view all((*bytes)->data(), from.second.end);
    const auto header = parse_segment_header(all);
    if (!header)
        return error(WP_PERMFAIL, fmt::format("{} is damaged: bad segment header", path.native()));
    checksum sum(header->key);
    for (std::uint64_t at = segment_header_size; at < all.size();) {
        const auto group = read_group(all, at, sum);
        if (!group)
            return error(WP_PERMFAIL,
                         fmt::format("{} is damaged: bad group at byte {}; the segment is kept",
                                     path.native(), at));
        record_reader reader(*group);
        for (record_view record; reader.next(record);)
            if (record.kind != record_kind::journal)
                take(record, from.first);
        at = group->end();
        if (body_.size() >= cold_group_bytes)
            if (auto flushed = flush(); !flushed)
                return flushed;
    }
    return {};
}

void compaction::take(const record_view& record, segment_id from) {
    const auto entry = index_.find(record.message);
    if (!entry || entry->segment != from || entry->offset != record.offset)
        return;
    char line[record_header_size];
    encode(static_cast<const record_header&>(record), line);
    body_.append(line, sizeof line);
    moved_.push_back(
        {record.message, from, record.offset, header_.id, end_ + group_header_size + body_.size()});
    body_.append(record.bytes);
    ++records_;
}

result<void> compaction::flush() {
    if (body_.empty())
        return {};
    group_header header{++sequence_, records_, body_.size(), {}};
    checksum sum(header_.key);
    sum.begin(header, end_);
    sum.update(body_.data(), body_.size());
    header.sum = sum.finish();
    char line[group_header_size];
    encode(header, line);
    iovec both[] = {{line, sizeof line}, {body_.data(), body_.size()}};
    if (auto written = cold_.write(both, end_); !written)
        return written;
    end_ += group_header_size + body_.size();
    body_.clear();
    records_ = 0;
    return {};
}

} // namespace waypost::kernel::log
