// SPDX-License-Identifier: Apache-2.0
// Attributes and addresses; see attributes.hpp.
#include "attributes.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>

namespace waypost::routes_directory {
namespace {

constexpr std::size_t max_domain = 255; // RFC 5321 s4.5.3.1.2
constexpr std::size_t max_local = 256;  // RFC 5321 allows 64; directories hold longer ones

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

} // namespace

std::string folded(std::string_view text) {
    return fold(trimmed(text));
}

std::vector<std::string_view> values(const wp_entry& of, std::string_view name) {
    std::vector<std::string_view> out;
    each_value(of, name, [&](std::string_view one) {
        out.push_back(one);
        return true;
    });
    return out;
}

std::string_view value(const wp_entry& of, std::string_view name) {
    std::string_view out;
    each_value(of, name, [&](std::string_view one) {
        out = trimmed(one);
        return false;
    });
    return out;
}

bool has_class(const wp_entry& of, std::string_view name) {
    bool found = false;
    each_value(of, "objectclass", [&](std::string_view one) {
        found = equal_folded(trimmed(one), name);
        return !found;
    });
    return found;
}

std::string fold_domain(std::string_view name) {
    name = trimmed(name);
    if (name.ends_with('.'))
        name.remove_suffix(1);
    const bool fine = !name.empty() && name.size() <= max_domain && name.front() != '.' &&
                      name.front() != '-' && name.find("..") == std::string_view::npos &&
                      std::all_of(name.begin(), name.end(), [](char c) {
                          const char low = ascii_lower(c);
                          return (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') ||
                                 low == '-' || low == '.' || low == '_' ||
                                 static_cast<unsigned char>(low) >= 0x80;
                      });
    return fine ? folded(name) : std::string{};
}

std::optional<address> fold_address(std::string_view text) {
    text = trimmed(text);
    const auto at = text.rfind('@');
    if (at > max_local) // or there is none
        return std::nullopt;
    address out{folded(text.substr(0, at)), fold_domain(text.substr(at + 1))};
    const bool control = std::any_of(out.local.begin(), out.local.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (out.domain.empty() || control)
        return std::nullopt;
    return out;
}

} // namespace waypost::routes_directory
