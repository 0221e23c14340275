// SPDX-License-Identifier: Apache-2.0
#include "parse/text.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>
#include <charconv>

namespace waypost::smtp {
namespace {

/// Length of a valid sequence at the front, 0 when there is none.
std::size_t utf8_sequence(std::string_view at) noexcept {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(at[i]); };
    const auto follows = [&](std::size_t i) {
        return i < at.size() && (octet(i) & 0xc0u) == 0x80u;
    };
    const unsigned first = octet(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        if (!follows(1) || !follows(2))
            return 0;
        const bool overlong = first == 0xe0 && octet(1) < 0xa0;
        const bool surrogate = first == 0xed && octet(1) > 0x9f;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        if (!follows(1) || !follows(2) || !follows(3))
            return 0;
        const bool overlong = first == 0xf0 && octet(1) < 0x90;
        const bool too_large = first == 0xf4 && octet(1) > 0x8f;
        return overlong || too_large ? 0 : 4;
    }
    return 0;
}

/// RFC 3461 s4: upper case only, as the sender has to write it; lower case is common and harmless.
int hex(char c) noexcept {
    if (is_digit(c))
        return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto add = [&](std::uint32_t octet) { out += static_cast<char>(octet); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xc0 | code >> 6);
        add(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        add(0xe0 | code >> 12);
        add(0x80 | (code >> 6 & 0x3f));
        add(0x80 | (code & 0x3f));
    } else {
        add(0xf0 | code >> 18);
        add(0x80 | (code >> 12 & 0x3f));
        add(0x80 | (code >> 6 & 0x3f));
        add(0x80 | (code & 0x3f));
    }
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t size = utf8_sequence(text);
        if (size == 0)
            return false;
        text.remove_prefix(size);
    }
    return true;
}

bool has_8bit(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), is_8bit);
}
bool has_control(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), is_control);
}

std::optional<std::uint64_t> parse_number(std::string_view text, std::size_t max_digits) noexcept {
    if (text.empty() || text.size() > max_digits ||
        !std::all_of(text.begin(), text.end(), is_digit))
        return std::nullopt;
    std::uint64_t out = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failure != std::errc())
        return std::nullopt;
    return out;
}

std::optional<std::string> decode_xtext(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+') {
            if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
                return std::nullopt;
            c = static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else if (c == '=' || c == ' ') {
            return std::nullopt;
        }
        if (is_control(c) || is_8bit(c)) // a line end here would forge lines of a report later
            return std::nullopt;
        out += c;
    }
    return out;
}

std::optional<std::string> decode_utf8_address(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        const std::size_t close = text.find('}', i);
        if (text.substr(i, 3) != "\\x{" || close == std::string_view::npos)
            return std::nullopt;
        const std::string_view digits = text.substr(i + 3, close - i - 3);
        std::uint32_t code = 0;
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (digits.empty() || digits.size() > 6 || failure != std::errc() ||
            end != digits.data() + digits.size() || code > 0x10ffff)
            return std::nullopt;
        append_utf8(out, code);
        i = close;
    }
    if (has_control(out) || !is_utf8(out)) // surrogates fail here
        return std::nullopt;
    return out;
}

} // namespace waypost::smtp
