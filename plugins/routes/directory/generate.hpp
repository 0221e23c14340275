// SPDX-License-Identifier: Apache-2.0
// Rows of one domain: its route, the routes of its alias domains, the addresses of its users and
// groups. Pure: input and output are the facet's own, so that a test gives them without a plugin.
#pragma once

#include <waypost/abi/draft/routes.h>
#include <waypost/result.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::routes_directory {

struct settings {
    std::vector<std::string> hostnames; ///< ours, in lower case
    std::string postmaster;             ///< for domains that name none: an address, or a local part
};

/// Something an operator should see: not an error, the row is left out.
using report =
    std::function<void(std::string_view what, std::string_view domain, std::string_view about)>;

result<void> generate(const settings& with, const wp_route_input& input,
                      const wp_route_output& output, const report& tell);

} // namespace waypost::routes_directory
