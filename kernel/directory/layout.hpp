// SPDX-License-Identifier: Apache-2.0
// Which entries a new domain gets, per layout (R7.1); docs/operations/directory.md has the same as
// a table. Pure.
#pragma once

#include "directory/admin.hpp"

namespace waypost::kernel::directory {

/// WP_INVALID: not one of "schema1", "schema2", "labels", "organisational".
result<layout> layout_of(std::string_view word);

/// Parents before children; entries that other domains may have made already are among them.
std::vector<new_entry> domain_entries(const admin_settings& with, const std::string& name);

} // namespace waypost::kernel::directory
