// SPDX-License-Identifier: Apache-2.0
// Equality of values; see values.hpp.
#include "tree/values.hpp"

#include "tree/entry.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>
#include <array>

namespace waypost::ldif {
namespace {

constexpr std::array<std::string_view, 9> names_of_entries = {"uniquemember",
                                                              "member",
                                                              "owner",
                                                              "inetdomainbasedn",
                                                              "aliasedobjectname",
                                                              "seealso",
                                                              "memberof",
                                                              "nsdamodifiableby",
                                                              "mailenhanceduniquemember"};

constexpr std::array<std::string_view, 14> case_exact = {"userpassword",
                                                         "mailsieverulesource",
                                                         "maildeliveryfileurl",
                                                         "mailprogramdeliveryinfo",
                                                         "mailautoreplytext",
                                                         "mailautoreplytextinternal",
                                                         "mailautoreplysubject",
                                                         "mgrpdeliverto",
                                                         "memberurl",
                                                         "mgrpauthpassword",
                                                         "mgrpmsgrejecttext",
                                                         "mgrpallowedbroadcaster",
                                                         "mgrpdisallowedbroadcaster",
                                                         "maildomainsieverulesource"};

bool among(const auto& list, std::string_view name) {
    return std::any_of(list.begin(), list.end(),
                       [&](std::string_view one) { return equal_folded(one, name); });
}

} // namespace

std::string value_key(std::string_view attribute, std::string_view value) {
    const auto name = base_name(attribute);
    if (among(case_exact, name))
        return std::string(value);
    if (among(names_of_entries, name))
        if (auto dn = normalise_dn(value))
            return std::move(*dn);
    std::string out;
    bool space = false;
    for (const char c : value) {
        if (c == ' ') {
            space = !out.empty();
            continue;
        }
        if (space)
            out += ' ';
        space = false;
        out += ascii_lower(c);
    }
    return out;
}

bool same_value(std::string_view attribute, std::string_view a, std::string_view b) {
    return a == b || value_key(attribute, a) == value_key(attribute, b);
}

} // namespace waypost::ldif
