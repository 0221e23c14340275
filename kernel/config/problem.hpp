// SPDX-License-Identifier: Apache-2.0
// What is wrong with a configuration, and where. All problems are collected, not just the first.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace waypost::kernel::config {

/// Counted from 1; 0 when there is no place, as for a missing key of a missing section.
struct position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    auto operator<=>(const position&) const = default;
};

struct problem {
    std::string file;
    position at;
    std::string key;  ///< "site.hostname"; empty when the file itself is wrong
    std::string text; ///< what is wrong, what was expected, what to do
};

/// One line: "waypost.toml:12:3: site.hostnam: there is no such key; did you mean 'hostname'?"
std::string describe(const problem& what);
/// One line each, in the order of the file.
std::string describe(std::vector<problem> all);

} // namespace waypost::kernel::config
