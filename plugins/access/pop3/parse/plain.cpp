// SPDX-License-Identifier: Apache-2.0
#include "parse/plain.hpp"

#include <string.h>

#include <cstdint>

namespace waypost::pop3 {
namespace {

int digit(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::optional<plain_response> split(std::string_view text) {
    const std::size_t first = text.find('\0');
    if (first == std::string_view::npos)
        return std::nullopt;
    const std::size_t second = text.find('\0', first + 1);
    if (second == std::string_view::npos || text.find('\0', second + 1) != std::string_view::npos)
        return std::nullopt;
    plain_response out{std::string(text.substr(0, first)),
                       std::string(text.substr(first + 1, second - first - 1)),
                       std::string(text.substr(second + 1))};
    if (out.name.empty() || out.secret.empty())
        return std::nullopt; // RFC 4616 s2: 1*SAFE
    return out;
}

} // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool last = at + 4 == text.size();
        const std::size_t pads = !last                  ? 0U
                                 : text.ends_with("==") ? 2U
                                 : text.ends_with('=')  ? 1U
                                                        : 0U;
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const int value = i >= 4 - pads ? 0 : digit(text[at + i]);
            if (value < 0)
                return std::nullopt;
            bits = bits << 6 | static_cast<std::uint32_t>(value);
        }
        if ((bits & ((1U << (8 * pads)) - 1)) != 0)
            return std::nullopt;
        for (std::size_t i = 0; i < 3 - pads; ++i)
            out.push_back(static_cast<char>(bits >> (16 - 8 * i)));
    }
    return out;
}

std::optional<plain_response> parse_plain(std::string_view base64) {
    auto decoded = decode_base64(base64);
    if (!decoded)
        return std::nullopt;
    auto out = split(*decoded);
    ::explicit_bzero(decoded->data(), decoded->size());
    return out;
}

} // namespace waypost::pop3
