// SPDX-License-Identifier: Apache-2.0
// Octets and words of the SMTP grammar (RFC 5234 core rules, RFC 5321 s4.1.2). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::smtp {

constexpr bool is_alpha(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool is_alnum(char c) noexcept {
    return is_alpha(c) || is_digit(c);
}
constexpr bool is_8bit(char c) noexcept {
    return static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;
bool has_8bit(std::string_view text) noexcept;
bool has_control(std::string_view text) noexcept;

/// Decimal without sign; nothing when empty, not all digits, longer than `max_digits`, or too
/// large.
std::optional<std::uint64_t> parse_number(std::string_view text, std::size_t max_digits) noexcept;

/// RFC 3461 s4: "+41" is 'A'. Nothing when it is malformed or decodes to what is not printable
/// ASCII.
std::optional<std::string> decode_xtext(std::string_view text);
/// RFC 6533 s3: "\x{20AC}" in the address of an ORCPT of type utf-8.
std::optional<std::string> decode_utf8_address(std::string_view text);

} // namespace waypost::smtp
