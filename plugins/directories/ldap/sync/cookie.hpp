// SPDX-License-Identifier: Apache-2.0
// What the host keeps for us between two runs: how changes were followed, and how far. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ldap {

/// "syncrepl" and one server cookie for each base, or "times" and the newest modifyTimestamp seen.
struct cookie {
    bool by_times = false;
    std::vector<std::string> parts;

    std::string encode() const;
};

/// Nothing: empty, broken, or for another number of bases; a full read makes a new one.
std::optional<cookie> decode_cookie(std::string_view text, std::size_t bases);

} // namespace waypost::ldap
