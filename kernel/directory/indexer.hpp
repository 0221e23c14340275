// SPDX-License-Identifier: Apache-2.0
// From changed entries to the rows that follow from them, within one write transaction (R5.6):
// which domains are affected, their records, then their rows through the generators. Cost follows
// the change: a changed user replaces the rows of that user, a changed node those of its domain.
#pragma once

#include "directory/domains.hpp"
#include "directory/tables.hpp"

#include <waypost/abi/draft/routes.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace waypost::kernel::directory {

/// A generator plugin, in configuration order.
struct generator {
    std::string name;
    const wp_routes* table = nullptr;
    void* self = nullptr;
};

using log_function = std::function<void(std::int32_t level, std::string_view text)>;

/// Single thread; lives within one transaction (a chain of them while a generation is built).
class indexer {
public:
    indexer(writer& into, const std::vector<generator>& generators, std::int64_t sequence,
            log_function log);

    /// An encoded entry, new or in place of what its DN or UUID had.
    void put(const std::string& record);
    void remove(std::string_view key);
    /// Key of the entry with this UUID; empty: none.
    std::string key_of_uuid(std::string_view uuid);
    /// Everything after the last put: for a new generation all domains, otherwise the affected
    /// ones.
    result<void> finish();
    /// The rows that generators give for no domain, anew.
    result<void> rebuild_site();
    /// All rows again, from the entries that are there. Also the tables that do not come from the
    /// directory.
    result<void> rebuild();

    /// Since the last rebuild.
    const std::set<std::string>& changed_keys() const noexcept { return changed_; }
    const std::set<std::string>& affected_domains() const noexcept { return affected_; }

private:
    struct holder {
        std::string base;   // normalised DN
        std::string domain; // empty: nobody's
    };

    void add_claims(const entry_view& entry, bool present);
    void update_domain(const std::string& name);
    void update_base(const std::string& base, const std::string& name, bool present);
    void rebuild_domain(const std::string& name);
    void rebuild_base(const std::string& base);
    void rebuild_entries();
    void generate(const std::string& domain, const std::string& base,
                  const std::vector<std::string>& keys, bool routes);
    void write_accounts(const std::string& domain, const std::string& base,
                        const std::vector<std::string>& keys);
    void drop_produced(const std::string& owner);
    void touch_domain(const std::string& name);
    holder owner_of(std::string_view normalised);
    std::vector<domain_claim> claims_on(const std::string& name);
    void log_conflicts(table in);
    void forget();
    result<void> outcome();

    writer& tables_;
    const std::vector<generator>& generators_;
    std::int64_t sequence_;
    log_function log_;
    bool bulk_;
    std::set<std::string> changed_;  // entry keys
    std::set<std::string> affected_; // domains
    std::set<std::string> moved_;    // bases whose users may have another domain now
    std::set<std::string> done_;     // bases that were generated as a whole
    error failed_;
    bool has_failed_ = false;
};

} // namespace waypost::kernel::directory
