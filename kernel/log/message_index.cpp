// SPDX-License-Identifier: Apache-2.0
// The message index; see message_index.hpp.
#include "log/message_index.hpp"

#include "log/fault.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::log {

result<std::unique_ptr<message_index>> message_index::open(const options& settings) {
    auto store = index_store::open(settings.directory / "messages.mdb", settings.index_map_bytes);
    if (!store)
        return store.failure();
    return std::unique_ptr<message_index>(new message_index(settings, std::move(*store)));
}

message_index::message_index(const options& settings, std::unique_ptr<index_store> store)
    : settings_(settings), store_(std::move(store)) {
    const auto state = store_->state();
    new_ = !state;
    loaded_ = state.value_or(index_state());
    floors_ = store_->floors();
    for (const auto& [id, row] : store_->segments())
        rows_[id] = row;
    applied_ = loaded_.applied;
    durable_ = loaded_.applied;
    next_message_ = loaded_.next_message;
}

std::optional<index_entry> message_index::look_up(message_id id) {
    if (const auto found = changed_.find(id); found != changed_.end())
        return found->second;
    if (const auto found = flushing_.find(id); found != flushing_.end())
        return found->second;
    return store_->find(id);
}

index_entry* message_index::writable(message_id id) {
    if (const auto found = changed_.find(id); found != changed_.end())
        return &found->second;
    const auto older = look_up(id);
    if (!older)
        return nullptr;
    return &(changed_[id] = *older);
}

void message_index::apply(position at, segment_id segment, std::uint64_t end,
                          std::span<const record_view> records) {
    const std::lock_guard hold(mutex_);
    auto& row = rows_[segment];
    row.end = end;
    row.last = at;
    applied_ = at;
    for (const auto& record : records) {
        if (record.kind == record_kind::journal) {
            apply_references(record.bytes);
            continue;
        }
        auto& entry = changed_[record.message];
        entry = {segment,
                 record.offset,
                 record.content,
                 record.envelope,
                 0,
                 record.kind == record_kind::large_message,
                 0};
        row.live += bytes_in_log(entry);
        touched_.push_back(record.message);
        if (record.message >= next_message_)
            next_message_ = record.message + 1;
    }
    bury_dead();
    changes_ += records.size() + 1;
}

void message_index::apply_references(std::string_view changes) {
    for (; !changes.empty(); changes.remove_prefix(std::min(reference_size, changes.size()))) {
        const auto change = parse_reference(changes.substr(0, reference_size));
        auto* entry = change ? writable(change->message) : nullptr;
        if (!entry || (entry->references <= 0 && change->delta < 0)) {
            ++bad_references_;
            continue;
        }
        entry->references += change->delta;
        touched_.push_back(change->message);
    }
}

void message_index::bury_dead() {
    for (const auto id : touched_) {
        auto found = changed_.find(id);
        if (found == changed_.end() || found->second.references > 0 || found->second.segment == 0)
            continue;
        auto& entry = found->second;
        auto& row = rows_[entry.segment];
        row.live -= std::min(row.live, bytes_in_log(entry));
        if (entry.in_file)
            dead_files_.push_back(id);
        entry.segment = 0; // dead
    }
    touched_.clear();
}

std::optional<index_entry> message_index::find(message_id id) {
    const std::lock_guard hold(mutex_);
    const auto entry = look_up(id);
    return entry && entry->segment != 0 ? entry : std::nullopt;
}

result<std::shared_ptr<const message>> message_index::open(message_id id) {
    error why(WP_NOT_FOUND, fmt::format("there is no message {:016x}", id));
    for (int attempt = 0; attempt < 3;
         ++attempt) { // compaction may move it between look-up and open
        const auto entry = find(id);
        if (!entry)
            return why;
        const auto content_at = entry->offset + entry->envelope + envelope_end.size();
        auto in = map_segment(entry->segment, content_at + (entry->in_file ? 0 : entry->content));
        if (!in) {
            why = in.failure();
            continue;
        }
        const std::string_view envelope((*in)->data() + entry->offset, entry->envelope);
        if (!entry->in_file) {
            const std::string_view content((*in)->data() + content_at, entry->content);
            return std::make_shared<const message>(id, *in, envelope, nullptr, content);
        }
        auto own = mapping::open(large_message_path(settings_.directory, id), 0);
        if (own)
            return std::make_shared<const message>(
                id, *in, envelope, *own, std::string_view((*own)->data(), entry->content));
        why = own.failure();
    }
    return why;
}

result<std::shared_ptr<const mapping>> message_index::map_segment(segment_id id,
                                                                  std::uint64_t up_to) {
    const std::lock_guard hold(map_mutex_);
    auto& slot = mapped_[id];
    if (slot && slot->size() >= up_to)
        return slot;
    auto made = mapping::open(segment_path(settings_.directory, id),
                              std::max<std::uint64_t>(settings_.segment_bytes, up_to));
    if (!made) {
        mapped_.erase(id);
        return made;
    }
    slot = *made;
    if (mapped_.size() > settings_.mapped_segments)
        mapped_.erase(mapped_.begin()->first == id ? std::next(mapped_.begin()) : mapped_.begin());
    return made;
}

void message_index::forget_mapping(segment_id id) {
    const std::lock_guard hold(map_mutex_);
    mapped_.erase(id);
}

void message_index::add_segment(segment_id id, position before) {
    const std::lock_guard hold(mutex_);
    rows_.try_emplace(id, segment_row{segment_header_size, 0, before, 0});
}

result<void> message_index::checkpoint(const floor_list& floors, segment_id next_segment) {
    const std::lock_guard one_at_a_time(checkpoint_mutex_);
    index_state state;
    std::map<segment_id, segment_row> rows;
    std::vector<segment_id> dropped;
    {
        const std::lock_guard hold(mutex_);
        flushing_.swap(changed_);
        rows = rows_;
        dropped.swap(dropped_rows_);
        state = {applied_, next_message_, next_segment};
        changes_ = 0;
    }
    auto outcome = write(flushing_, floors, state, rows, dropped);
    const std::lock_guard hold(mutex_);
    if (outcome) {
        durable_ = state.applied;
    } else { // keep for the next attempt; what changed meanwhile is newer
        for (const auto& [id, entry] : flushing_)
            changed_.try_emplace(id, entry);
        dropped_rows_.insert(dropped_rows_.end(), dropped.begin(), dropped.end());
        changes_ += flushing_.size() + 1;
    }
    flushing_.clear();
    return outcome;
}

result<void> message_index::write(const entries& changed, const floor_list& floors,
                                  const index_state& state,
                                  const std::map<segment_id, segment_row>& rows,
                                  const std::vector<segment_id>& dropped) {
    std::vector<message_id> ids;
    ids.reserve(changed.size());
    for (const auto& one : changed)
        ids.push_back(one.first);
    std::sort(ids.begin(), ids.end()); // neighbours share pages
    index_store::transaction txn(*store_);
    for (const auto id : ids) {
        const auto& entry = changed.find(id)->second;
        if (entry.segment == 0)
            txn.erase(id);
        else
            txn.put(id, entry);
    }
    for (const auto id : dropped)
        txn.erase_segment(id);
    for (const auto& [id, row] : rows)
        txn.put(id, row);
    for (const auto& [id, floor] : floors)
        txn.put(id, floor);
    txn.put(state);
    fault::point("log.checkpoint.before_commit");
    auto outcome = txn.commit();
    fault::point("log.checkpoint.committed");
    return outcome;
}

void message_index::relocate(std::span<const relocation> moved, segment_id cold,
                             std::uint64_t cold_end) {
    const std::lock_guard hold(mutex_);
    rows_[cold] = {cold_end, 0, 0, 1};
    for (const auto& one : moved) {
        const auto older = look_up(one.message);
        if (!older || older->segment != one.from || older->offset != one.from_offset)
            continue;
        auto& entry = changed_[one.message] = *older;
        entry.segment = one.to;
        entry.offset = one.to_offset;
        auto& from = rows_[one.from];
        from.live -= std::min(from.live, bytes_in_log(entry));
        rows_[one.to].live += bytes_in_log(entry);
    }
}

void message_index::drop_segment(segment_id id) {
    const std::lock_guard hold(mutex_);
    if (rows_.erase(id) > 0)
        dropped_rows_.push_back(id);
}

std::map<segment_id, segment_row> message_index::segments() {
    const std::lock_guard hold(mutex_);
    return rows_;
}

std::vector<message_id> message_index::take_dead_files() {
    const std::lock_guard hold(mutex_);
    return std::exchange(dead_files_, {});
}

} // namespace waypost::kernel::log
