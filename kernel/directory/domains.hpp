// SPDX-License-Identifier: Apache-2.0
// Which entries make a hosted domain, in every layout: Schema 1 (DC tree, inetDomain or mailDomain
// on dc= nodes), Schema 2 (sunPreferredDomain, associatedDomain), one node per label, and
// associatedDomain on o=/ou= nodes. Pure.
#pragma once

#include "directory/entry_record.hpp"
#include "directory/rows.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace waypost::kernel::directory {

/// An entry's word that it is (a node of) a domain.
struct domain_claim {
    std::string domain;   ///< folded
    std::string base;     ///< normalised DN under which its users are
    std::string alias_of; ///< of aliases: the other domain
    std::string node;     ///< normalised DN of the entry
};

std::vector<domain_claim> claims_of(const entry_view& entry);
/// "example.com" of dc=example,dc=com,o=internet; empty where the first RDN is not a dc.
std::string name_of_dc_path(std::string_view normalised);

std::string encode_claim(const domain_claim& claim);
domain_claim decode_claim(std::string_view record);

/// Reads an entry by normalised DN; the view lives until the next call of the function that was
/// given it.
using entry_source = std::function<entry_view(std::string_view normalised)>;
/// `claims` in order of precedence; the first that is not an alias decides. Of attributes on both,
/// the organization tree's value wins. Nothing when there are no claims.
std::optional<domain_fields> make_domain(const std::vector<domain_claim>& claims,
                                         const entry_source& entries);

/// Is this a user or a group: something that generators get to see?
bool is_recipient(const entry_view& entry) noexcept;

} // namespace waypost::kernel::directory
