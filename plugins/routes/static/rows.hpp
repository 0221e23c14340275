// SPDX-License-Identifier: Apache-2.0
// The operator's rows: one route or alias a line. Pure.
#pragma once

#include <waypost/result.hpp>

#include <string>
#include <string_view>

namespace waypost::routes_static {

/// "example.org relay NEXT_HOP [CHANNEL]", "example.org alias OTHER.DOMAIN",
/// "ann@example.org forward ADDRESS".
struct row {
    enum class kind { relay, domain_alias, forward };
    kind what = kind::relay;
    std::string name;    ///< folded domain or address
    std::string target;  ///< next hop, domain or address
    std::string channel; ///< of relay; empty: the default
};

/// WP_INVALID with the line and what is wrong with it.
result<row> parse_row(std::string_view line);

} // namespace waypost::routes_static
