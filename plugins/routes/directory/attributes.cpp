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
    for (std::uint64_t i = 0; i < of.attribute_count; ++i) {
        const auto& attribute = of.attributes[i];
        if (!equal_folded(view(attribute.name), name))
            continue;
        for (std::uint64_t j = 0; j < attribute.value_count; ++j)
            out.push_back(view(attribute.values[j]));
    }
    return out;
}

std::string_view value(const wp_entry& of, std::string_view name) {
    const auto all = values(of, name);
    return all.empty() ? std::string_view{} : trimmed(all.front());
}

bool has_class(const wp_entry& of, std::string_view name) {
    const auto classes = values(of, "objectclass");
    return std::any_of(classes.begin(), classes.end(),
                       [&](std::string_view one) { return equal_folded(trimmed(one), name); });
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
    if (at == std::string_view::npos || at > max_local)
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
