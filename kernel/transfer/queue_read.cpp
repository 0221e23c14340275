// SPDX-License-Identifier: Apache-2.0
// What readers of the queue see: the table, and over it the changes in memory.
#include "transfer/queue.hpp"

#include <algorithm>

namespace waypost::kernel::transfer {

std::optional<envelope> queue::find(log::message_id id) const {
    std::optional<std::string> text;
    {
        const std::lock_guard lock(mutex_);
        if (const auto* change = change_of(id))
            text = change->text;
        else
            text = queue_table::view(*table_).find(id);
    }
    if (!text)
        return std::nullopt;
    auto parsed = decode(*text);
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

/// Both sides are ordered by key; a row of the table whose entry has a change in memory is old.
void queue::visit_rows(std::string_view first, const row_visitor& visit) const {
    const queue_table::view table(*table_);
    auto mine = rows_.lower_bound(first);
    bool on = true;
    const auto flush_until = [&](std::string_view key) {
        for (; on && mine != rows_.end() && mine->first < key; ++mine)
            on = visit(parse_key(mine->first), mine->second);
    };
    table.rows(first, [&](std::string_view key, const state_counts& counts) {
        flush_until(key);
        const auto row = parse_key(key);
        if (on && change_of(row.id) == nullptr)
            on = visit(row, counts);
        return on;
    });
    for (; on && mine != rows_.end(); ++mine)
        on = visit(parse_key(mine->first), mine->second);
}

due_page queue::due(std::string_view destination, std::int64_t until_ns, std::size_t room) const {
    due_page out;
    const std::lock_guard lock(mutex_);
    visit_rows(key_of(destination, 0, 0), [&](const row_key& row, const state_counts&) {
        if (row.destination != destination)
            return false;
        if (row.when_ns > until_ns) {
            out.next_ns = row.when_ns;
            return false;
        }
        if (out.ids.size() == room) {
            out.more = true;
            return false;
        }
        out.ids.push_back(row.id);
        return true;
    });
    return out;
}

/// The table is asked for the next key behind each destination, not walked.
void queue::destinations(const std::function<void(std::string_view, std::int64_t)>& visit) const {
    const std::lock_guard lock(mutex_);
    std::string at;
    for (;;) {
        std::string name;
        std::int64_t when = never;
        visit_rows(at, [&](const row_key& row, const state_counts&) {
            name = row.destination;
            when = row.when_ns;
            return false;
        });
        if (name.empty())
            return;
        visit(name, when);
        at = name;
        at.push_back('\1'); // behind all rows of that destination
    }
}

std::vector<destination_summary> queue::summaries() const {
    std::vector<destination_summary> out;
    const std::lock_guard lock(mutex_);
    visit_rows({}, [&](const row_key& row, const state_counts& counts) {
        if (out.empty() || out.back().name != row.destination)
            out.push_back({std::string(row.destination), 0, {}, row.when_ns});
        auto& one = out.back();
        ++one.messages;
        for (std::size_t i = 0; i < counts.size(); ++i)
            one.recipients[i] += counts[i];
        return true;
    });
    return out;
}

std::vector<log::message_id> queue::timers(std::int64_t until_ns, std::size_t room,
                                           std::int64_t& next_ns) const {
    std::vector<std::pair<std::int64_t, log::message_id>> found;
    next_ns = never;
    const std::lock_guard lock(mutex_);
    for (const auto& [when, id] : timers_) {
        if (when > until_ns || found.size() == room) {
            next_ns = when;
            break;
        }
        found.emplace_back(when, id);
    }
    queue_table::view(*table_).timers([&](std::int64_t when, log::message_id id) {
        if (change_of(id) != nullptr)
            return true;
        if (when > until_ns || found.size() >= 2 * room) {
            next_ns = std::min(next_ns, when);
            return false;
        }
        found.emplace_back(when, id);
        return true;
    });
    std::sort(found.begin(), found.end());
    if (found.size() > room) {
        next_ns = std::min(next_ns, found[room].first);
        found.resize(room);
    }
    std::vector<log::message_id> ids;
    ids.reserve(found.size());
    for (const auto& [when, id] : found)
        ids.push_back(id);
    return ids;
}

std::optional<std::int64_t> queue::earliest() const {
    std::int64_t best = never;
    destinations([&](std::string_view, std::int64_t when) { best = std::min(best, when); });
    return best == never ? std::nullopt : std::optional(best);
}

std::map<log::message_id, std::string> queue::page(log::message_id first, std::size_t room) const {
    std::map<log::message_id, std::string> rows;
    const std::lock_guard lock(mutex_);
    for (const auto* changes : {&fresh_, &writing_})
        for (auto at = changes->lower_bound(first); at != changes->end(); ++at)
            if (&at->second == change_of(at->first) && at->second.text)
                rows.emplace(at->first, *at->second.text);
    std::size_t taken = 0;
    queue_table::view(*table_).entries(first, [&](log::message_id id, std::string_view text) {
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

std::vector<log::message_id> queue::ids_at(std::string_view destination, std::string& after,
                                           std::size_t room) const {
    std::vector<log::message_id> ids;
    const std::lock_guard lock(mutex_);
    const auto first = after.empty() ? key_of(destination, 0, 0) : after + '\0';
    visit_rows(first, [&](const row_key& row, const state_counts&) {
        if (row.destination != destination || ids.size() == room)
            return false;
        ids.push_back(row.id);
        after = key_of(row.destination, row.when_ns, row.id);
        return true;
    });
    return ids;
}

} // namespace waypost::kernel::transfer
