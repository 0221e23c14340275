// SPDX-License-Identifier: Apache-2.0
#include "transfer/queue.hpp"

#include <algorithm>
#include <charconv>

namespace waypost::kernel::transfer {

namespace {

// A record of the queue: "put ID\n" and the envelope text, or "erase ID\n".
constexpr std::string_view put_word = "put ";
constexpr std::string_view erase_word = "erase ";

} // namespace

queue::queue(std::unique_ptr<queue_table> table)
    : log::consumer(queue_consumer, "queue"), table_(std::move(table)), at_(table_->applied()),
      size_(static_cast<std::int64_t>(table_->size())) {}

void queue::put(log::group& into, log::message_id id, const envelope& what, bool is_new) {
    scratch_.assign(put_word).append(std::to_string(id)).push_back('\n');
    encode(what, scratch_);
    into.put_journal(queue_consumer, scratch_);
    if (is_new)
        into.ref(id, 1);
}

void queue::erase(log::group& into, log::message_id id) {
    scratch_.assign(erase_word).append(std::to_string(id)).push_back('\n');
    into.put_journal(queue_consumer, scratch_);
    into.ref(id, -1);
}

const queue_change* queue::change_of(log::message_id id) const {
    if (const auto found = fresh_.find(id); found != fresh_.end())
        return &found->second;
    if (const auto found = writing_.find(id); found != writing_.end())
        return &found->second;
    return nullptr;
}

void queue::apply_record(std::string_view record) {
    const bool erases = record.starts_with(erase_word);
    const auto head = erases ? erase_word.size() : put_word.size();
    const auto end = record.find('\n');
    log::message_id id = 0;
    std::from_chars(record.data() + head, record.data() + end, id);
    const auto* before = change_of(id);
    const bool existed =
        before != nullptr ? before->text.has_value() : table_->find(id).has_value();
    auto& change = fresh_[id];
    if (erases) {
        change = {};
        size_ -= existed ? 1 : 0;
        return;
    }
    change.text = std::string(record.substr(end + 1));
    change.next_try_ns = next_try_of(*change.text);
    size_ += existed ? 0 : 1;
}

void queue::apply(log::position at, std::span<const log::record_view> records) {
    {
        const std::lock_guard lock(mutex_);
        for (const auto& record : records)
            apply_record(record.bytes);
        at_ = at;
    }
    if (!records.empty() && changed_)
        changed_();
}

void queue::checkpoint_wanted() {
    if (wanted_)
        wanted_();
}

std::optional<envelope> queue::find(log::message_id id) const {
    std::optional<std::string> text;
    {
        const std::lock_guard lock(mutex_);
        if (const auto* change = change_of(id))
            text = change->text;
        else
            text = table_->find(id);
    }
    if (!text)
        return std::nullopt;
    auto parsed = decode(*text);
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

std::vector<log::message_id> queue::due(std::int64_t until_ns, std::size_t room) const {
    std::vector<std::pair<std::int64_t, log::message_id>> found;
    const std::lock_guard lock(mutex_);
    for (const auto* changes : {&fresh_, &writing_})
        for (const auto& [id, change] : *changes)
            if (&change == change_of(id) && change.text && change.next_try_ns != 0 &&
                change.next_try_ns <= until_ns)
                found.emplace_back(change.next_try_ns, id);
    std::size_t visited = 0;
    table_->due(until_ns, [&](std::int64_t when, log::message_id id) {
        if (change_of(id) == nullptr)
            found.emplace_back(when, id);
        return ++visited < room + fresh_.size() + writing_.size();
    });
    std::sort(found.begin(), found.end());
    found.resize(std::min(found.size(), room));
    std::vector<log::message_id> ids;
    for (const auto& [when, id] : found)
        ids.push_back(id);
    return ids;
}

std::optional<std::int64_t> queue::earliest() const {
    std::optional<std::int64_t> best;
    const auto offer = [&](std::int64_t when) {
        if (when != 0 && (!best || when < *best))
            best = when;
    };
    const std::lock_guard lock(mutex_);
    for (const auto* changes : {&fresh_, &writing_})
        for (const auto& [id, change] : *changes)
            if (&change == change_of(id) && change.text)
                offer(change.next_try_ns);
    table_->due(std::numeric_limits<std::int64_t>::max(),
                [&](std::int64_t when, log::message_id id) {
                    if (change_of(id) != nullptr)
                        return true;
                    offer(when);
                    return false;
                });
    return best;
}

std::map<log::message_id, std::string> queue::page(log::message_id first, std::size_t room) const {
    std::map<log::message_id, std::string> rows;
    const std::lock_guard lock(mutex_);
    for (const auto* changes : {&fresh_, &writing_})
        for (auto at = changes->lower_bound(first); at != changes->end(); ++at)
            if (&at->second == change_of(at->first) && at->second.text)
                rows.emplace(at->first, *at->second.text);
    std::size_t taken = 0;
    table_->each(first, [&](log::message_id id, std::string_view text) {
        if (change_of(id) != nullptr)
            return true;
        rows.emplace(id, text);
        return ++taken < room;
    });
    while (rows.size() > room)
        rows.erase(std::prev(rows.end()));
    return rows;
}

std::vector<queue_row> queue::list(log::message_id first, std::size_t room) const {
    std::vector<queue_row> rows;
    for (const auto& [id, text] : page(first, room))
        if (auto parsed = decode(text))
            rows.push_back({id, std::move(*parsed)});
    return rows;
}

std::uint64_t queue::size() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(size_, 0));
}

std::size_t queue::changes() const {
    const std::lock_guard lock(mutex_);
    return fresh_.size();
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
    writing_.clear();
    return at;
}

} // namespace waypost::kernel::transfer
