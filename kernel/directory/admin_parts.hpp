// SPDX-License-Identifier: Apache-2.0
// What the operations on domains and on users share.
#pragma once

#include "directory/admin.hpp"
#include "directory/entry_record.hpp"

namespace waypost::kernel::directory {

/// Of names an operator may set by an attribute change.
result<void> check_changes(const std::vector<attribute_change>& changes);
/// The attributes of a new entry with the operator's on top.
void merge(std::vector<attribute_values>& into, const std::vector<attribute_change>& more);
std::vector<attribute_values> attributes_of(const entry_view& entry);

struct address_halves {
    std::string user, domain;
};
result<address_halves> split_user(std::string_view address);

/// Empty where the DN has none.
std::string value_of_first_rdn(std::string_view dn);
std::string type_of_first_rdn(std::string_view dn);

error not_known(std::string_view what, std::string_view name);

} // namespace waypost::kernel::directory
