// SPDX-License-Identifier: Apache-2.0
// Names of mailboxes: which are allowed, their normal form, and the patterns of LIST. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waypost::lmdb {

inline constexpr std::string_view inbox = "INBOX";
inline constexpr std::size_t path_limit = 400; // octets
inline constexpr std::size_t level_limit = 32; // between the slashes
inline constexpr std::size_t account_limit = 400;

/// The path with INBOX in its one spelling (RFC 9051 s5.1: any case), or nothing when it is not
/// allowed: empty levels, control characters, wildcards, not UTF-8, too long.
std::optional<std::string> normal_path(std::string_view path);

/// RFC 9051 s6.3.9: '*' is anything, '%' anything within one level. INBOX matches in any case.
bool matches(std::string_view pattern, std::string_view path);

/// `path` is below `parent`: "a/b" below "a".
bool is_below(std::string_view path, std::string_view parent);

} // namespace waypost::lmdb
