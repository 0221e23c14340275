// SPDX-License-Identifier: Apache-2.0
// Addresses of one user or group as rows of the alias table. Pure. Only addresses of the domain and
// its aliases are let through: what a delegated administrator writes must not take addresses of
// other domains.
#pragma once

#include "domain.hpp"

#include <waypost/abi/draft/routes.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::routes_directory {

struct alias_row {
    std::int32_t kind = WP_ALIAS_USER;
    std::string address;
    std::string dn;
    std::string target;
    std::string attribute; ///< source, in the entry of dn
};

struct entry_addresses {
    std::vector<alias_row> rows;
    std::vector<alias_row>
        by_uid; ///< uid@domain: only where nobody has the address by an attribute
    std::vector<std::string> foreign; ///< addresses outside of the domain
    std::string primary;              ///< `mail`, when it is in the domain
    bool is_administrator = false;
};

entry_addresses addresses_of(const wp_entry& from, const domain_view& domain);

} // namespace waypost::routes_directory
