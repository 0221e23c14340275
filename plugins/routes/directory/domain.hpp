// SPDX-License-Identifier: Apache-2.0
// What the directory says about one domain, whatever the layout: Schema 1 (a DC node that points to
// an organization node), Schema 2 (an organization node with its domain names), one node per DNS
// label, or organizations anywhere with associatedDomain. Pure.
#pragma once

#include <waypost/abi/draft/directory.h>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::routes_directory {

/// A name that stands for the domain, and what says so.
struct alias_domain {
    std::string target;
    std::string_view dn;
    std::string_view attribute;
};

struct domain_view {
    std::string name;
    /// Its nodes, the organization node first: where both have an attribute, that one counts.
    std::vector<const wp_entry*> nodes;
    std::map<std::string, alias_domain, std::less<>> aliases; ///< other names -> this one
    alias_domain alias_of; ///< target set: the domain is itself an alias

    bool exists() const noexcept { return !nodes.empty() || !alias_of.target.empty(); }
    bool owns(std::string_view domain) const { return domain == name || aliases.contains(domain); }

    struct found {
        std::string_view value;
        const wp_entry* node = nullptr;
    };
    found attribute(std::string_view attribute_name) const;
};

/// The domain that the leading dc components of a DN spell: `dc=example,dc=com,o=internet` is
/// example.com.
std::string domain_of_dn(std::string_view dn);

domain_view find_domain(std::string_view name, std::span<const wp_entry> nodes);

} // namespace waypost::routes_directory
