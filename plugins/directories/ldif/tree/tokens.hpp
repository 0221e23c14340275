// SPDX-License-Identifier: Apache-2.0
// Attribute names and object classes are a few dozen words that each of a million entries repeats.
// A token is such a word kept once per process; a full table is no error, the word is then kept in
// place.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace waypost::ldif {

/// Words the table holds at most: junk in a file must not grow it for ever.
inline constexpr std::uint32_t max_tokens = 4096;
inline constexpr std::size_t max_token_size = 64;

/// The number of a word, a new one when there is room. Thread-safe; words live until the process
/// ends.
std::optional<std::uint32_t> token_of(std::string_view word);

/// The word of a number that token_of returned. Thread-safe, no lock.
std::string_view word_of(std::uint32_t token) noexcept;

} // namespace waypost::ldif
