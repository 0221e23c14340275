// SPDX-License-Identifier: Apache-2.0
// Keys of the cache's tables. The key of an entry is its normalised DN with the RDNs in reverse
// order, so that a subtree is one contiguous range; LMDB's limit of 511 bytes is kept by a digest
// in place of the tail of very long names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::directory {

inline constexpr std::size_t max_entry_key = 440;
inline constexpr std::size_t max_address = 320; ///< RFC 5321 s4.5.3.1: 64 + 1 + 255
inline constexpr std::size_t max_domain = 255;

/// Of a normalised DN.
std::string entry_key(std::string_view normalised);
/// What the keys of all entries below a normalised DN start with. Very long names: of more than
/// these.
std::string subtree_prefix(std::string_view normalised);

/// name \0 priority order [digest]: rows of one name sort by generator, the first one counts.
std::string row_key(std::string_view name, std::int32_t priority, std::uint16_t order,
                    std::string_view owner = {});
/// 16 bytes of SHA-256.
std::string digest(std::string_view text);

/// Lists of texts in one field of a record, one a line.
std::string join(const std::vector<std::string_view>& items);
std::vector<std::string_view> split(std::string_view joined, char by = '\n');

} // namespace waypost::kernel::directory
