// SPDX-License-Identifier: Apache-2.0
// The rows of domains, bases and entries, dropped and made anew by the generators.
#include "directory/generation_run.hpp"
#include "directory/indexer.hpp"
#include "directory/keys.hpp"

#include <waypost/abi/host.h>
#include <waypost/ascii.hpp>
#include <waypost/errors.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {
namespace {

constexpr std::size_t logged_conflicts = 100;

} // namespace

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
