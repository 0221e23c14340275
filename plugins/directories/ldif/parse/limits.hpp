// SPDX-License-Identifier: Apache-2.0
// How much of an LDIF file is believed. The defaults of the configuration keys of the same names.
#pragma once

#include <cstddef>

namespace waypost::ldif {

/// A logical line: unfolded, before base64. Key `max_line`.
inline constexpr std::size_t default_max_line = 1024 * 1024;
/// All lines of one record: a list of half a million members fits. Key `max_entry`.
inline constexpr std::size_t default_max_entry = 64 * 1024 * 1024;
/// Values of one record. Key `max_values`.
inline constexpr std::size_t default_max_values = 1'000'000;
/// An attribute description: type and options.
inline constexpr std::size_t max_name_size = 256;

struct limits {
    std::size_t line = default_max_line;
    std::size_t entry = default_max_entry;
    std::size_t values = default_max_values;
};

} // namespace waypost::ldif
