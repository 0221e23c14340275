// SPDX-License-Identifier: Apache-2.0
#include "directory/generation_run.hpp"

#include "directory/keys.hpp"

#include <waypost/abi/host.h>
#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {

namespace {

/// Of rows of one generator for one address: a primary address before an alternate one before a
/// bare login name.
std::uint16_t rank_of(std::uint16_t order, std::string_view attribute) noexcept {
    const int rank = equal_folded(attribute, "mail") ? 0 : equal_folded(attribute, "uid") ? 2 : 1;
    return static_cast<std::uint16_t>(order * 4 + rank);
}

/// How table produced names a row.
std::string produced_item(table in, std::string_view key) {
    std::string out;
    out += static_cast<char>(in);
    out += static_cast<char>(key.size() >> 8);
    out += static_cast<char>(key.size() & 0xff);
    out += key;
    return out;
}

} // namespace

entry_scan::entry_scan(writer& from, const std::string& base, const std::vector<std::string>& keys)
    : tables_(from), base_(base), keys_(keys) {
    if (!base_.empty()) {
        prefix_ = subtree_prefix(base_);
        tables_.scan(table::bases, prefix_,
                     [&](std::string_view key, std::string_view) -> std::optional<std::string> {
                         if (!key.starts_with(prefix_))
                             return std::nullopt;
                         nested_.emplace_back(std::string(key) + ",");
                         return std::string{};
                     });
        // What is below a nested base needs no prefix of its own; as a sorted list this finds one
        // prefix by bisection.
        std::sort(nested_.begin(), nested_.end());
        nested_.erase(std::unique(nested_.begin(), nested_.end(),
                                  [](const std::string& outer, const std::string& inner) {
                                      return inner.starts_with(outer);
                                  }),
                      nested_.end());
    }
    restart();
}

void entry_scan::restart() {
    from_ = prefix_;
    key_at_ = 0;
    ended_ = false;
}

const std::vector<entry_scan::item>& entry_scan::next(std::size_t room, bool all) {
    items_.clear();
    if (!ended_)
        base_.empty() ? next_of_keys(room, all) : next_of_subtree(room, all);
    return items_;
}

void entry_scan::next_of_keys(std::size_t room, bool all) {
    while (key_at_ < keys_.size() && items_.size() < room) {
        const auto& key = keys_[key_at_++];
        std::string_view record;
        if (!tables_.get(table::entries, key, record))
            continue;
        const entry_view entry(record);
        if (all || is_recipient(entry))
            items_.push_back({key, entry});
    }
}

const std::string* entry_scan::nested_above(std::string_view key) const {
    // No prefix starts with another one, so only the greatest that is not behind the key can match.
    const auto after = std::upper_bound(nested_.begin(), nested_.end(), key);
    if (after == nested_.begin())
        return nullptr;
    const auto& candidate = *std::prev(after);
    return key.starts_with(candidate) ? &candidate : nullptr;
}

void entry_scan::next_of_subtree(std::size_t room, bool all) {
    bool full = false;
    tables_.scan(table::entries, from_,
                 [&](std::string_view key, std::string_view record) -> std::optional<std::string> {
                     if (!key.starts_with(prefix_))
                         return std::nullopt;
                     if (items_.size() >= room) {
                         from_ = key;
                         full = true;
                         return std::nullopt;
                     }
                     if (const auto* nested = nested_above(key))
                         return nested->substr(0, nested->size() - 1) + '-';
                     const entry_view entry(record);
                     // Keys of very long names share a prefix with names beside them.
                     if (is_below(entry.normalised_dn(), base_) && (all || is_recipient(entry)))
                         items_.push_back({std::string(key), entry});
                     return std::string{};
                 });
    ended_ = !full;
}

void row_buffer::add(table into, std::string key, std::string row, std::string owner) {
    rows_.push_back({into, std::move(key), std::move(row), std::move(owner)});
}

void row_buffer::write(writer& into) {
    // Neighbours in the tree are written together.
    std::sort(rows_.begin(), rows_.end(), [](const pending& a, const pending& b) {
        return std::tie(a.owner, a.into, a.key) < std::tie(b.owner, b.into, b.key);
    });
    for (std::size_t from = 0, to = 0; from < rows_.size(); from = to) {
        const auto& owner = rows_[from].owner;
        std::string made;
        std::string_view before;
        if (into.get(table::produced, owner, before))
            made = before;
        const auto known = made.size();
        for (to = from; to < rows_.size() && rows_[to].owner == owner; ++to) {
            const auto& row = rows_[to];
            const bool repeated =
                to > from && rows_[to - 1].key == row.key && rows_[to - 1].into == row.into;
            if (repeated)
                continue;
            into.put(row.into, row.key, row.row);
            const auto item = produced_item(row.into, row.key);
            if (made.find(item) == std::string::npos || known == 0)
                made += item;
        }
        if (made.size() != known)
            into.put(table::produced, owner, made);
    }
    rows_.clear();
}

std::vector<std::pair<table, std::string_view>> decode_produced(std::string_view made) {
    std::vector<std::pair<table, std::string_view>> out;
    for (std::size_t at = 0; at + 3 <= made.size();) {
        const auto size = static_cast<std::size_t>(static_cast<unsigned char>(made[at + 1]) << 8 |
                                                   static_cast<unsigned char>(made[at + 2]));
        out.emplace_back(static_cast<table>(made[at]), made.substr(at + 3, size));
        at += 3 + size;
    }
    return out;
}

generation_run::generation_run(writer& tables, const generator& by, std::uint16_t order,
                               std::string domain, entry_scan& scan, bool take_routes,
                               const log_function& log)
    : tables_(tables), by_(by), order_(order), domain_(std::move(domain)), scan_(scan),
      take_routes_(take_routes), log_(log) {}

wp_status generation_run::run(const std::vector<std::string>& nodes, wp_error& why) {
    entry_batch shown;
    for (const auto& node : nodes)
        shown.add(entry_view(node));
    std::vector<wp_entry> node_entries(nodes.size());
    if (!nodes.empty()) {
        node_entries.front().struct_size = sizeof(wp_entry);
        shown.fill(node_entries.data());
    }
    const wp_route_input input{
        sizeof(wp_route_input), 0,    this, to_abi(domain_), node_entries.data(),
        node_entries.size(),    &next};
    const wp_route_output output{sizeof(wp_route_output), 0, this, &routes, &aliases};
    const auto status = by_.table->generate(by_.self, &input, &output, &why);
    rows_.write(tables_);
    tables_.checkpoint();
    return status;
}

wp_status generation_run::next(void* ctx, wp_entry* entries, std::uint64_t room,
                               std::uint64_t* count) {
    auto& self = *static_cast<generation_run*>(ctx);
    self.rows_.write(self.tables_);
    self.tables_.checkpoint();
    self.items_ = &self.scan_.next(std::min<std::uint64_t>(room, 4096));
    self.hint_ = 0;
    self.batch_.clear();
    for (const auto& item : *self.items_)
        self.batch_.add(item.entry);
    self.batch_.fill(entries);
    *count = self.items_->size();
    return self.tables_.failure() ? WP_TEMPFAIL : WP_OK;
}

wp_status generation_run::routes(void* ctx, const wp_route* rows, std::uint64_t count) {
    auto& self = *static_cast<generation_run*>(ctx);
    if (self.take_routes_)
        for (std::uint64_t i = 0; i < count; ++i)
            self.add_route(element(rows, i));
    return WP_OK;
}

wp_status generation_run::aliases(void* ctx, const wp_alias* rows, std::uint64_t count) {
    auto& self = *static_cast<generation_run*>(ctx);
    for (std::uint64_t i = 0; i < count; ++i)
        self.add_alias(element(rows, i));
    return WP_OK;
}

void generation_run::log_conflict(table in, const std::string& name, const std::string& key) {
    if (tables_.building())
        return; // all of them are looked for at the end
    const auto prefix = name + '\0';
    std::string_view other;
    tables_.scan(
        in, prefix, [&](std::string_view found, std::string_view) -> std::optional<std::string> {
            if (!found.starts_with(prefix))
                return std::nullopt;
            if (found != key)
                other = found;
            return other.empty() ? std::optional<std::string>(std::string{}) : std::nullopt;
        });
    if (!other.empty())
        log_(WP_LOG_WARNING,
             fmt::format("several rows for {}: {} counts (generator {} gave one now)", name,
                         other < key ? "the one known before" : "the new one", by_.name));
}

void generation_run::add_route(const wp_route& row) {
    const auto name = fold_domain(view(row.domain));
    if (name.empty() || name.size() > max_domain || row.kind < WP_ROUTE_HOSTED ||
        row.kind > WP_ROUTE_ALIAS) {
        log_(WP_LOG_WARNING,
             fmt::format("generator {} gave an unusable route for domain '{}' (from {})", by_.name,
                         name, view(row.source.origin)));
        return;
    }
    std::string_view record;
    tables_.get(table::domains, name, record);
    auto key = row_key(name, by_.table->priority, order_);
    log_conflict(table::routes, name, key);
    rows_.add(table::routes, std::move(key), encode_route(row, domain_view(record), by_.name),
              "d" + domain_);
}

const entry_scan::item* generation_run::find(wp_str dn) {
    const auto wanted = view(dn);
    if (wanted.empty())
        return nullptr;
    if (items_) {
        // Generators go through a batch in order, and mostly hand the name through as they got it.
        for (std::size_t tried = 0; tried < items_->size(); ++tried) {
            const auto at = (hint_ + tried) % items_->size();
            const auto candidate = (*items_)[at].entry.dn();
            if (candidate.data() != wanted.data() && candidate != wanted)
                continue;
            hint_ = at;
            return &(*items_)[at];
        }
    }
    const auto normalised = normalise_dn(wanted);
    if (!normalised)
        return nullptr;
    std::string_view record;
    other_.key = entry_key(*normalised);
    if (!tables_.get(table::entries, other_.key, record))
        return nullptr;
    other_.entry = entry_view(record);
    return &other_;
}

void generation_run::add_alias(const wp_alias& row) {
    const auto address = fold(view(row.address));
    const auto at = address.rfind('@');
    if (at == std::string::npos || address.size() > max_address || row.kind < WP_ALIAS_USER ||
        row.kind > WP_ALIAS_FORWARD) {
        log_(WP_LOG_WARNING,
             fmt::format("generator {} gave an unusable address '{}' (from {} {})", by_.name,
                         address, view(row.source.origin), view(row.source.attribute)));
        return;
    }
    const auto* item = find(row.dn);
    const auto entry = item ? item->entry : entry_view{};
    const auto key = item ? std::string_view(item->key) : std::string_view{};
    const auto rank = rank_of(order_, view(row.source.attribute));
    auto row_name = row_key(address, by_.table->priority, rank, item ? key : domain_);
    log_conflict(table::aliases, address, row_name);
    rows_.add(table::aliases, std::move(row_name),
              encode_account(row, entry, key, domain_, by_.name),
              item ? "e" + item->key : "d" + domain_);
}

} // namespace waypost::kernel::directory
