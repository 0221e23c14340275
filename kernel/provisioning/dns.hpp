// SPDX-License-Identifier: Apache-2.0
// The DNS side of a domain, over the updater plugins: which of them may change the zone, what is
// there, adding what is absent, withdrawing what was added. Nothing foreign is overwritten: each
// addition requires that the record set does not exist (RFC 2136 s2.4.3).
#pragma once

#include "provisioning/record.hpp"

#include <waypost/abi/draft/dns.h>

#include <functional>
#include <optional>

namespace waypost::kernel::provisioning {

struct updater {
    std::string name;
    const wp_dns* table = nullptr;
    void* self = nullptr;
};

struct zone_place {
    const updater* by = nullptr;
    std::string zone;
};

/// What the servers say of one wanted record set.
struct set_report {
    enum class finding {
        absent,
        right,
        wildcard, ///< right, and so says a wildcard above: a record of its own may be missing
        other,
    };
    std::string owner, type;
    std::vector<dns_record> wanted;
    finding found = finding::absent;
    std::vector<std::string> present; ///< data, of finding::other
};

/// By owner and type; nothing is found yet.
std::vector<set_report> sets_of(const std::vector<dns_record>& wanted);

/// Thread-safe once it is filled; every call blocks.
class dns_part {
public:
    void add(updater one) { updaters_.push_back(std::move(one)); }
    bool empty() const noexcept { return updaters_.empty(); }

    /// Nothing: no updater may change this name.
    result<std::optional<zone_place>> place_of(const std::string& name) const;
    /// A zone of this name by the first updater that can make zones. Nothing: none can, or somebody
    /// else has made it.
    result<std::optional<zone_place>> create_zone(const std::string& name) const;
    /// Of one that create_zone made; one of somebody else stays.
    result<void> remove_zone(const std::string& name) const;
    result<std::vector<set_report>> look(const zone_place& at,
                                         const std::vector<dns_record>& wanted) const;
    /// All of them or none; WP_CONFLICT when one came to exist meanwhile. `key` makes a repetition
    /// harmless.
    result<void> publish(const zone_place& at, const std::string& key,
                         const std::vector<set_report>& absent) const;
    /// Those that are still there as they were added.
    result<void> withdraw(const zone_place& at, const std::string& key,
                          const std::vector<dns_record>& records) const;

private:
    /// Could this answer come from a wildcard above the owner (RFC 4592)?
    result<bool> is_synthesised(const zone_place& at, const set_report& set) const;
    result<std::vector<dns_record>> read(const zone_place& at, const std::string& owner,
                                         const std::string& type) const;
    std::vector<updater> updaters_;
};

} // namespace waypost::kernel::provisioning
