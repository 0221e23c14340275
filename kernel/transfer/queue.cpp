// SPDX-License-Identifier: Apache-2.0
// Changes: from the group to memory to the table. What readers see is in queue_read.cpp.
#include "transfer/queue.hpp"

#include <algorithm>
#include <charconv>

namespace waypost::kernel::transfer {

namespace {

// A record of the queue: "new ID\n" or "put ID\n" and the envelope text, or "erase ID\n".
constexpr std::string_view new_word = "new ";
constexpr std::string_view put_word = "put ";
constexpr std::string_view erase_word = "erase ";

} // namespace

queue::queue(std::unique_ptr<queue_table> table)
    : log::consumer(queue_consumer, "queue"), table_(std::move(table)), at_(table_->applied()),
      size_(static_cast<std::int64_t>(table_->size())) {}

void queue::put(log::group& into, log::message_id id, const envelope& what, bool is_new) {
    scratch_.assign(is_new ? new_word : put_word).append(std::to_string(id)).push_back('\n');
    const auto head = scratch_.size();
    encode(what, scratch_);
    into.put_journal(queue_consumer, scratch_);
    staged_[id] = scratch_.substr(head);
    if (is_new)
        into.ref(id, 1);
}

void queue::erase(log::group& into, log::message_id id) {
    scratch_.assign(erase_word).append(std::to_string(id)).push_back('\n');
    into.put_journal(queue_consumer, scratch_);
    staged_[id] = std::nullopt;
    into.ref(id, -1);
}

std::optional<envelope> queue::current(log::message_id id) const {
    const auto staged = staged_.find(id);
    if (staged == staged_.end())
        return find(id);
    if (!staged->second)
        return std::nullopt;
    auto parsed = decode(*staged->second);
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

const queue_change* queue::change_of(log::message_id id) const {
    if (const auto found = fresh_.find(id); found != fresh_.end())
        return &found->second;
    if (const auto found = writing_.find(id); found != writing_.end())
        return &found->second;
    return nullptr;
}

void queue::show(log::message_id id, const queue_change& change) {
    for (std::size_t i = 0; i < change.keys.size(); ++i)
        rows_.emplace(change.keys[i], change.counts[i]);
    if (change.timer_ns != 0)
        timers_.emplace(change.timer_ns, id);
}

void queue::hide(log::message_id id, const queue_change& change) {
    for (const auto& key : change.keys)
        rows_.erase(key);
    if (change.timer_ns != 0)
        timers_.erase({change.timer_ns, id});
}

void queue::apply_record(std::string_view record) {
    const bool erases = record.starts_with(erase_word);
    const bool is_new = record.starts_with(new_word);
    const auto head = record.find(' ') + 1;
    const auto end = record.find('\n');
    log::message_id id = 0;
    std::from_chars(record.data() + head, record.data() + end, id);
    const auto* before = change_of(id);
    const bool existed =
        !is_new && (before != nullptr ? before->text.has_value()
                                      : queue_table::view(*table_).find(id).has_value());
    if (before != nullptr)
        hide(id, *before);
    auto& change = fresh_[id];
    change = erases ? queue_change{} : transfer::change_of(id, std::string(record.substr(end + 1)));
    show(id, change);
    size_ += (erases ? 0 : 1) - (existed ? 1 : 0);
}

void queue::apply(log::position at, std::span<const log::record_view> records) {
    std::vector<index_row> changed;
    std::int64_t timer = never;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& record : records)
            apply_record(record.bytes);
        at_ = at;
        for (const auto& [id, text] : staged_)
            if (const auto* change = change_of(id)) {
                if (change->timer_ns != 0)
                    timer = std::min(timer, change->timer_ns);
                for (std::size_t i = 0; i < change->keys.size(); ++i) {
                    const auto key = parse_key(change->keys[i]);
                    changed.push_back(
                        {std::string(key.destination), key.when_ns, id, change->counts[i]});
                }
            }
    }
    staged_.clear();
    if (!changed.empty() && changed_)
        changed_(std::move(changed), timer);
}

void queue::checkpoint_wanted() {
    if (wanted_)
        wanted_();
}

result<log::position> queue::checkpoint() {
    log::position at = 0;
    {
        const std::lock_guard lock(mutex_);
        at = at_;
        for (auto& [id, change] : fresh_)
            writing_[id] = std::move(change);
        fresh_.clear();
    }
    auto written = table_->write(writing_, at);
    const std::lock_guard lock(mutex_);
    if (!written)
        return written.failure(); // writing_ stays in front of the table and is written again
    for (const auto& [id, change] : writing_)
        if (!fresh_.contains(id))
            hide(id, change);
    writing_.clear();
    return at;
}

std::size_t queue::changes() const {
    const std::lock_guard lock(mutex_);
    return fresh_.size();
}

std::uint64_t queue::size() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(size_, 0));
}

} // namespace waypost::kernel::transfer
