// SPDX-License-Identifier: Apache-2.0
// One change to the directory with LDAP's semantics (RFC 4511 s4.6-4.9) and without a schema. Pure.
#pragma once

#include "parse/record.hpp"
#include "tree/workspace.hpp"

#include <waypost/result.hpp>

#include <string>
#include <vector>

namespace waypost::ldif {

/// Normalised DNs that the file owns; the empty name owns everything.
using bases = std::vector<std::string>;

bool is_owned(std::string_view normalised, const bases& owned);

/// Checks and applies, all or nothing. The error's text begins with LDAP's name of it
/// (`noSuchObject`). WP_NOT_FOUND, WP_EXISTS, WP_CONFLICT (has entries below), WP_INVALID.
result<void> apply(const record& change, const bases& owned, workspace& to);

/// Renames an entry and all below it; `apply` calls it.
result<void> apply_rename(const record& change, const bases& owned, workspace& to);

/// Whether an entry may come into being there: it is owned, not there yet, and has its parent.
result<void> check_new(std::string_view normalised, const bases& owned, const workspace& in);

} // namespace waypost::ldif
