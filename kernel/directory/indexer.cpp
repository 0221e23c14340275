// SPDX-License-Identifier: Apache-2.0
#include "directory/indexer.hpp"

#include "directory/generation_run.hpp"
#include "directory/keys.hpp"

#include <waypost/abi/host.h>
#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>
#include <waypost/errors.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {

namespace {

std::string claim_key(const std::string& domain, std::uint16_t backend, std::string_view key) {
    return row_key(domain, 0, backend, key);
}

std::string claim_prefix(const std::string& domain) {
    return domain + '\0';
}

} // namespace

indexer::indexer(writer& into, const std::vector<generator>& generators, std::int64_t sequence,
                 log_function log)
    : tables_(into), generators_(generators), sequence_(sequence), log_(std::move(log)),
      bulk_(into.building()) {}

void indexer::add_claims(const entry_view& entry, bool present) {
    const auto key = entry_key(entry.normalised_dn());
    for (const auto& claim : claims_of(entry)) {
        if (!bulk_)
            affected_.insert(claim.domain);
        const auto at = claim_key(claim.domain, entry.backend(), key);
        present ? tables_.put(table::claims, at, encode_claim(claim))
                : tables_.erase(table::claims, at);
    }
}

void indexer::put(const std::string& record) {
    const entry_view entry(record);
    const auto key = entry_key(entry.normalised_dn());
    std::string_view same;
    if (!bulk_ && tables_.get(table::entries, key, same) && is_same_entry(entry_view(same), entry))
        return;
    if (!entry.uuid().empty()) {
        const auto uuid = entry.uuid();
        std::string_view named;
        if (tables_.get(table::uuids, uuid, named) && named != key)
            remove(std::string(named));
        tables_.put(table::uuids, uuid, key);
    }
    std::string_view before;
    if (tables_.get(table::entries, key, before)) {
        const std::string old(before);
        const auto old_uuid = entry_view(old).uuid();
        if (!old_uuid.empty() && old_uuid != entry.uuid())
            tables_.erase(table::uuids, old_uuid);
        add_claims(entry_view(old), false);
    }
    tables_.put(table::entries, key, record);
    is_list(entry) ? tables_.put(table::lists, key, {}) : tables_.erase(table::lists, key);
    add_claims(entry, true);
    if (!bulk_)
        changed_.insert(key);
    tables_.checkpoint();
}

void indexer::remove(std::string_view key) {
    std::string_view before;
    if (!tables_.get(table::entries, key, before))
        return;
    const std::string old(before), at(key);
    const entry_view entry(old);
    add_claims(entry, false);
    if (!entry.uuid().empty())
        tables_.erase(table::uuids, entry.uuid());
    tables_.erase(table::entries, at);
    tables_.erase(table::lists, at);
    if (!bulk_)
        changed_.insert(at);
}

std::string indexer::key_of_uuid(std::string_view uuid) {
    std::string_view key;
    return tables_.get(table::uuids, uuid, key) ? std::string(key) : std::string{};
}

std::vector<domain_claim> indexer::claims_on(const std::string& name) {
    std::vector<domain_claim> out;
    const auto prefix = claim_prefix(name);
    tables_.scan(table::claims, prefix,
                 [&](std::string_view key, std::string_view value) -> std::optional<std::string> {
                     if (!key.starts_with(prefix))
                         return std::nullopt;
                     out.push_back(decode_claim(value));
                     return std::string{};
                 });
    return out;
}

void indexer::update_base(const std::string& base, const std::string& name, bool present) {
    const auto key = entry_key(base);
    std::string_view value;
    std::string before;
    if (tables_.get(table::bases, key, value))
        before = value;
    auto names = split(before);
    const auto at = std::lower_bound(names.begin(), names.end(), std::string_view(name));
    const bool known = at != names.end() && *at == name;
    if (known == present)
        return;
    present ? void(names.insert(at, name)) : void(names.erase(at));
    names.empty() ? tables_.erase(table::bases, key) : tables_.put(table::bases, key, join(names));
    moved_.insert(base);
}

void indexer::update_domain(const std::string& name) {
    std::string_view record;
    std::string old_base;
    if (tables_.get(table::domains, name, record))
        old_base = domain_view(record).base_dn();
    const auto claims = claims_on(name);
    const auto primaries = std::count_if(claims.begin(), claims.end(),
                                         [](const auto& c) { return c.alias_of.empty(); });
    auto now = make_domain(claims, [&](std::string_view dn) {
        std::string_view found;
        return tables_.get(table::entries, entry_key(dn), found) ? entry_view(found) : entry_view{};
    });
    if (now && primaries > 1)
        for (const auto& claim : claims)
            if (claim.alias_of.empty() && claim.base != now->base_dn)
                log_(WP_LOG_WARNING,
                     fmt::format("domain {}: {} claims it too and is not used; {} came first", name,
                                 claim.node, now->node_dns));
    const auto new_base = now ? now->base_dn : std::string{};
    if (!old_base.empty() && old_base != new_base)
        update_base(old_base, name, false);
    if (!new_base.empty())
        update_base(new_base, name, true);
    if (!now)
        return tables_.erase(table::domains, name);
    now->sequence = sequence_;
    tables_.put(table::domains, name, now->encode());
}

indexer::holder indexer::owner_of(std::string_view normalised) {
    for (auto dn = parent_dn(normalised); !dn.empty(); dn = parent_dn(dn)) {
        std::string_view names;
        if (tables_.get(table::bases, entry_key(dn), names))
            return {std::string(dn), std::string(names.substr(0, names.find('\n')))};
    }
    return {};
}

result<void> indexer::outcome() {
    if (tables_.failure())
        return lmdb_error(tables_.failure(), "write the rows", {});
    if (has_failed_)
        return failed_;
    return {};
}

result<void> indexer::finish() {
    if (bulk_)
        return rebuild();
    std::set<std::string> removed_from;
    for (const auto& key : changed_) {
        std::string_view names;
        // The organization node of a domain whose DC node names it.
        if (tables_.get(table::bases, key, names))
            for (const auto name : split(names))
                affected_.insert(std::string(name));
        // A domain with a removed user was affected too.
        std::string_view made;
        if (!tables_.get(table::produced, "e" + key, made))
            continue;
        const std::string copy(made);
        for (const auto& [which, row] : decode_produced(copy)) {
            std::string_view account;
            if (which == table::accounts && tables_.get(which, row, account))
                removed_from.emplace(account_view(account).domain());
        }
    }
    // Before anything is made anew: a domain's rows may be owned by the entries they name.
    for (const auto& key : changed_)
        drop_produced("e" + key);
    const auto affected = affected_;
    for (const auto& name : affected)
        update_domain(name);
    for (const auto& name : affected)
        rebuild_domain(name);
    for (const auto& base : moved_)
        rebuild_base(base);
    rebuild_entries();
    for (const auto& name : removed_from) {
        if (affected_.insert(name).second)
            touch_domain(name);
    }
    return outcome();
}

void indexer::forget() {
    changed_.clear();
    affected_.clear();
    moved_.clear();
    done_.clear();
}

} // namespace waypost::kernel::directory
