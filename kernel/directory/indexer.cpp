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

constexpr std::size_t logged_conflicts = 100;

std::string claim_key(const std::string& domain, std::uint16_t backend, std::string_view key) {
    return row_key(domain, 0, backend, key);
}

/// Borrows; the format is row_buffer's.
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

void indexer::drop_produced(const std::string& owner) {
    std::string_view value;
    if (!tables_.get(table::produced, owner, value))
        return;
    const std::string made(value);
    for (const auto& [which, key] : decode_produced(made))
        tables_.erase(which, key);
    tables_.erase(table::produced, owner);
}

void indexer::write_accounts(const std::string& domain, const std::string& base,
                             const std::vector<std::string>& keys) {
    entry_scan scan(tables_, base, keys);
    row_buffer rows;
    for (;;) {
        const auto& items = scan.next(1024);
        if (items.empty())
            return;
        std::vector<std::string> owners;
        for (const auto& item : items) {
            owners.push_back("e" + item.key);
            const auto uid = item.entry.first_value("uid");
            const auto account = fold(uid) + "@" + domain;
            if (domain.empty() || uid.empty() || account.size() > max_address)
                continue;
            wp_alias row{};
            row.kind = WP_ALIAS_USER;
            row.address = to_abi(account);
            row.source = {to_abi(item.entry.dn()), to_abi("uid")};
            rows.add(table::accounts, row_key(account, 0, 0, item.key),
                     encode_account(row, item.entry, item.key, domain, {}), owners.back());
        }
        // The rows hold copies: the entries may go stale now.
        if (!bulk_)
            for (const auto& owner : owners)
                drop_produced(owner);
        rows.write(tables_);
        tables_.checkpoint();
    }
}

void indexer::generate(const std::string& domain, const std::string& base,
                       const std::vector<std::string>& keys, bool routes) {
    std::vector<std::string> nodes;
    std::string_view record;
    if (!domain.empty() && tables_.get(table::domains, domain, record)) {
        const std::string copy(record);
        for (const auto dn : domain_view(copy).node_dns()) {
            std::string_view node;
            if (tables_.get(table::entries, entry_key(dn), node))
                nodes.emplace_back(node);
        }
    }
    entry_scan scan(tables_, base, keys);
    for (std::size_t i = 0; i < generators_.size(); ++i) {
        wp_error why = empty_error();
        scan.restart();
        generation_run run(tables_, generators_[i], static_cast<std::uint16_t>(i), domain, scan,
                           routes, log_);
        const auto status = run.run(nodes, why);
        if (status == WP_OK)
            continue;
        failed_ = {WP_TEMPFAIL, fmt::format("generator {} failed on domain '{}': {}",
                                            generators_[i].name, domain, why.text)};
        has_failed_ = true;
    }
}

void indexer::rebuild_domain(const std::string& name) {
    if (!bulk_)
        drop_produced("d" + name);
    std::string_view record;
    if (!tables_.get(table::domains, name, record))
        return;
    const std::string base(domain_view(record).base_dn());
    std::string_view names;
    const bool owns = !base.empty() && tables_.get(table::bases, entry_key(base), names) &&
                      names.substr(0, names.find('\n')) == name;
    if (!owns)
        return generate(name, {}, {}, true);
    write_accounts(name, base, {});
    generate(name, base, {}, true);
    done_.insert(base);
}

void indexer::rebuild_base(const std::string& base) {
    if (!done_.insert(base).second)
        return;
    // A name below the base finds the base itself, or what took its place.
    const auto now = owner_of("x=," + base);
    write_accounts(now.domain, base, {});
    if (!now.domain.empty())
        generate(now.domain, base, {}, false);
}

void indexer::touch_domain(const std::string& name) {
    std::string_view record;
    if (!tables_.get(table::domains, name, record))
        return;
    std::string copy(record);
    constexpr std::size_t sequence_at = 16 + 6 * 8;
    std::memcpy(copy.data() + sequence_at, &sequence_, sizeof sequence_);
    tables_.put(table::domains, name, copy);
}

void indexer::rebuild_entries() {
    std::map<std::string, std::vector<std::string>> by_domain;
    for (const auto& key : changed_) {
        std::string_view record;
        if (!tables_.get(table::entries, key, record))
            continue;
        const std::string dn(entry_view(record).normalised_dn());
        auto owner = owner_of(dn);
        if (done_.count(owner.base))
            continue;
        by_domain[owner.domain].push_back(key);
    }
    for (const auto& [domain, keys] : by_domain) {
        if (domain.empty())
            continue;
        write_accounts(domain, {}, keys);
        generate(domain, {}, keys, false);
        touch_domain(domain);
        affected_.insert(domain);
    }
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

result<void> indexer::rebuild_site() {
    drop_produced("d");
    generate({}, {}, {}, true);
    return outcome();
}

result<void> indexer::rebuild() {
    for (const auto which : {table::bases, table::domains, table::routes, table::aliases,
                             table::accounts, table::produced})
        tables_.clear(which);
    std::set<std::string> names;
    tables_.scan(table::claims, {},
                 [&](std::string_view key, std::string_view) -> std::optional<std::string> {
                     names.emplace(key.substr(0, key.find('\0')));
                     return std::string{};
                 });
    for (const auto& name : names) {
        update_domain(name);
        tables_.checkpoint();
    }
    for (const auto& name : names)
        rebuild_domain(name);
    generate({}, {}, {}, true);
    log_conflicts(table::routes);
    log_conflicts(table::aliases);
    forget();
    bulk_ = false; // what follows is incremental
    return outcome();
}

void indexer::forget() {
    changed_.clear();
    affected_.clear();
    moved_.clear();
    done_.clear();
}

void indexer::log_conflicts(table in) {
    std::string last;
    std::size_t found = 0;
    tables_.scan(in, {}, [&](std::string_view key, std::string_view) -> std::optional<std::string> {
        const auto name = key.substr(0, key.find('\0'));
        if (name == last && ++found <= logged_conflicts)
            log_(WP_LOG_WARNING,
                 fmt::format(
                     "several rows for {}: the one with the lowest priority number counts, then "
                     "the generator named first; see `waypost route`",
                     name));
        last = name;
        return std::string{};
    });
    if (found > logged_conflicts)
        log_(WP_LOG_WARNING,
             fmt::format("{} more names have several rows", found - logged_conflicts));
}

} // namespace waypost::kernel::directory
