// SPDX-License-Identifier: Apache-2.0
// Which attributes say who may administer what (administrators, roles, ACIs), and how an
// incremental synchronisation by modification times leaves them as they are (R5.4).
#pragma once

#include "directory/entry_record.hpp"

namespace waypost::kernel::directory {

/// DNs of those who administer the hosted domain whose node has it (R4.4).
inline constexpr std::string_view administrator_attribute = "waypostAdministrator";

bool is_access_control(std::string_view attribute) noexcept;

/// `now` with the access-control attributes of `before`. Borrows from both. Single thread.
class kept_access {
public:
    kept_access(const wp_entry& now, const entry_view& before);
    const wp_entry& entry() const noexcept { return entry_; }

private:
    std::vector<wp_attribute> attributes_;
    std::vector<std::vector<wp_str>> values_;
    wp_entry entry_;
};

} // namespace waypost::kernel::directory
