// SPDX-License-Identifier: Apache-2.0
// A complete, immutable set of values: what wp_config is in this kernel, and the functions of
// wp.host.config/1 over it.
#pragma once

#include "config/problem.hpp"

#include <waypost/abi/config.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::config {

struct value {
    std::int32_t type = WP_CONFIG_TEXT;
    std::uint32_t flags = 0;
    std::string text;              ///< of text and path
    std::int64_t integer = 0;      ///< of integer, boolean, duration (ns), size (bytes)
    std::vector<std::string> list; ///< of list
    position at;                   ///< of the name in the file; line 0: the default

    bool same_as(const value& other) const {
        return type == other.type && text == other.text && integer == other.integer &&
               list == other.list;
    }
};

/// As the configuration would write it; secrets as "(secret)".
std::string print(const value& one);

} // namespace waypost::kernel::config

/// thread-safe: never changed once it is built. A key that is not declared reads as the zero value.
struct wp_config {
    std::map<std::string, waypost::kernel::config::value, std::less<>> values;

    const waypost::kernel::config::value* find(std::string_view key) const;
    std::string_view text(std::string_view key) const;
    std::int64_t integer(std::string_view key) const;
    bool boolean(std::string_view key) const { return integer(key) != 0; }
    std::chrono::nanoseconds duration(std::string_view key) const {
        return std::chrono::nanoseconds(integer(key));
    }
    /// Bytes.
    std::size_t size(std::string_view key) const { return static_cast<std::size_t>(integer(key)); }
    const std::vector<std::string>& list(std::string_view key) const;
    /// True when the operator wrote it, false for a default.
    bool set(std::string_view key) const;
};

namespace waypost::kernel::config {

/// The vtable of wp.host.config/1.
const wp_host_config& host_config() noexcept;

} // namespace waypost::kernel::config
