// SPDX-License-Identifier: Apache-2.0
#include "directory/search/filter.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <array>

namespace waypost::kernel::directory {
namespace {

constexpr std::string_view start = "ldap:///";
constexpr std::size_t max_url_size = 4096;

error broken(std::string_view why) {
    return {WP_INVALID, "not the URL of a search here: " + std::string(why)};
}

/// RFC 3986 s2.1.
result<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? detail::hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? detail::hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return broken("an escape is not two hexadecimal digits");
        out += static_cast<char>(high << 4 | low);
        i += 2;
    }
    return out;
}

} // namespace

result<search_url> parse_search_url(std::string_view text) {
    if (text.size() > max_url_size || text.size() < start.size() ||
        !equal_folded(text.substr(0, start.size()), start))
        return broken("it does not start with ldap:/// (a host is never asked)");
    text.remove_prefix(start.size());
    std::array<std::string, 5> fields; // dn, attributes, scope, filter, extensions
    for (std::size_t i = 0; i < fields.size() && !text.empty(); ++i) {
        const auto end = i + 1 < fields.size() ? text.find('?') : std::string_view::npos;
        auto field = decoded(text.substr(0, end));
        if (!field)
            return field.failure();
        fields[i] = *std::move(field);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    search_url out;
    const auto base = normalise_dn(fields[0]);
    if (!base || base->empty())
        return broken("it has no base");
    out.base = *base;
    if (equal_folded(fields[2], "sub"))
        out.scope = search_scope::sub;
    else if (equal_folded(fields[2], "one"))
        out.scope = search_scope::one;
    else if (!fields[2].empty() && !equal_folded(fields[2], "base"))
        return broken("its scope is not base, one or sub");
    if (fields[4].starts_with('!'))
        return broken("it has a critical extension");
    auto wanted = filter::parse(fields[3].empty() ? "(objectClass=*)" : fields[3]);
    if (!wanted)
        return wanted.failure();
    out.wanted = *std::move(wanted);
    return out;
}

} // namespace waypost::kernel::directory
