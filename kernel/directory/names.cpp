// SPDX-License-Identifier: Apache-2.0
#include "directory/names.hpp"

#include "directory/keys.hpp"

#include <waypost/ascii.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {

namespace {

constexpr std::size_t max_label = 63;
constexpr std::size_t max_dns_name = 253;
constexpr std::size_t max_user = 64;

bool is_letter(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_label(std::string_view label) noexcept {
    if (label.empty() || label.size() > max_label || label.front() == '-' || label.back() == '-')
        return false;
    if (label.size() > 3 && label.substr(2, 2) == "--" && !label.starts_with("xn--"))
        return false;
    return std::all_of(label.begin(), label.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

} // namespace

result<std::string> check_domain_name(std::string_view name) {
    const auto folded = fold_domain(name);
    const error bad{
        WP_INVALID,
        fmt::format(
            "'{}' is not a domain name: labels of letters, digits and hyphens, joined by dots "
            "(other scripts as A-labels, xn--...)",
            name.substr(0, 300))};
    if (folded.size() > max_dns_name || folded.find('.') == std::string::npos)
        return bad;
    std::string_view last;
    for (std::string_view rest = folded;;) {
        const auto dot = rest.find('.');
        last = rest.substr(0, dot);
        if (!is_label(last))
            return bad;
        if (dot == std::string_view::npos)
            break;
        rest = rest.substr(dot + 1);
    }
    if (std::all_of(last.begin(), last.end(), is_digit))
        return bad; // would read as an address
    return folded;
}

result<std::string> check_user_name(std::string_view local_part) {
    constexpr std::string_view others = "!#$&'*-./=?^_{|}~";
    const auto folded = fold(local_part);
    const bool fits = !folded.empty() && folded.size() <= max_user && folded.front() != '.' &&
                      folded.back() != '.' && folded.find("..") == std::string::npos;
    const bool fine =
        fits && std::all_of(folded.begin(), folded.end(), [&](char c) {
            return is_letter(c) || is_digit(c) || others.find(c) != std::string_view::npos;
        });
    if (fine)
        return folded;
    return error{
        WP_INVALID,
        fmt::format("'{}' is not a user name: up to 64 letters, digits and {}, no dots at the ends",
                    local_part.substr(0, 100), others)};
}

} // namespace waypost::kernel::directory
