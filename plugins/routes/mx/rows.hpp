// SPDX-License-Identifier: Apache-2.0
// From MX records to rows: which domains this host is a mail exchanger for, and where their mail
// goes from here. Pure.
#pragma once

#include <waypost/result.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::routes_mx {

struct exchanger {
    std::uint16_t preference = 0;
    std::string host; ///< folded, without the final dot
    bool operator==(const exchanger&) const = default;
};

/// MX records by folded domain.
using table = std::map<std::string, std::vector<exchanger>>;

/// "10 mail.example.com."
result<exchanger> parse_exchanger(std::string_view data);

struct row {
    std::string domain;
    std::string target;
    bool operator==(const row&) const = default;
};

/// Rows of the domains that name one of `hosts` (folded): those with a better exchanger go to it
/// (by MX, RFC 5321 s5.1), those where this host is the best to `primary_hop`, or nowhere when it
/// is empty.
std::vector<row> rows_of(const table& from, const std::vector<std::string>& hosts,
                         std::string_view primary_hop);

/// One line a record, "domain preference host": kept, so that a start without DNS knows them.
std::string encode(const table& from);
/// Lines that are none are left out.
table decode(std::string_view text);

} // namespace waypost::routes_mx
