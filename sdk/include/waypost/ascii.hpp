// SPDX-License-Identifier: Apache-2.0
// Case folding of ASCII, as mail, DNS and LDAP compare names: other octets are left as they are,
// whatever the locale says.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace waypost {

constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string fold(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
    return out;
}

/// Also without the final dot.
inline std::string fold_domain(std::string_view name) {
    return fold(name.ends_with('.') ? name.substr(0, name.size() - 1) : name);
}

constexpr bool equal_folded(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

} // namespace waypost
