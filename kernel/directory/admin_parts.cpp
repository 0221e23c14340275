// SPDX-License-Identifier: Apache-2.0
#include "directory/admin_parts.hpp"

#include "directory/keys.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::directory {
namespace {

/// Attributes that have an operation of their own, or would move the entry elsewhere.
bool is_reserved(std::string_view name) {
    for (const auto* reserved :
         {"userPassword", "objectClass", "uid", "dc", "inetDomainBaseDN", "aliasedObjectName"})
        if (equal_folded(name, reserved))
            return true;
    return false;
}

} // namespace

result<void> check_changes(const std::vector<attribute_change>& changes) {
    for (const auto& change : changes) {
        const bool fine =
            !change.name.empty() && std::all_of(change.name.begin(), change.name.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-';
            });
        if (!fine)
            return error{WP_INVALID, fmt::format("'{}' is not an attribute name", change.name)};
        if (is_reserved(change.name))
            return error{WP_INVALID, fmt::format("{} cannot be set by this command", change.name)};
    }
    return {};
}

std::vector<attribute_values> attributes_of(const entry_view& entry) {
    std::vector<attribute_values> out;
    for (std::size_t i = 0; i < entry.attributes(); ++i) {
        auto& one = out.emplace_back();
        one.name = entry.name(i);
        for (std::size_t v = 0; v < entry.values(i); ++v)
            one.values.emplace_back(entry.value(i, v));
    }
    return out;
}

void merge(std::vector<attribute_values>& into, const std::vector<attribute_change>& more) {
    for (const auto& change : more) {
        if (change.what == attribute_change::kind::remove)
            continue;
        const auto found = std::find_if(into.begin(), into.end(), [&](const auto& a) {
            return equal_folded(a.name, change.name);
        });
        if (found == into.end()) {
            if (!change.values.empty())
                into.push_back({change.name, change.values});
        } else if (change.what == attribute_change::kind::add) {
            found->values.insert(found->values.end(), change.values.begin(), change.values.end());
        } else if (change.values.empty()) {
            into.erase(found);
        } else {
            found->values = change.values;
        }
    }
}

result<address_halves> split_user(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == std::string_view::npos)
        return error{WP_INVALID, fmt::format("'{}' is not user@domain", address.substr(0, 300))};
    return address_halves{fold(address.substr(0, at)), fold_domain(address.substr(at + 1))};
}

std::string value_of_first_rdn(std::string_view dn) {
    const auto parts = rdn_parts(dn);
    return parts && !parts->empty() ? parts->front().value : std::string{};
}

std::string type_of_first_rdn(std::string_view dn) {
    const auto parts = rdn_parts(dn);
    return parts && !parts->empty() ? parts->front().type : std::string{};
}

error not_known(std::string_view what, std::string_view name) {
    return {WP_NOT_FOUND, fmt::format("{} {} is not known", what, name)};
}

} // namespace waypost::kernel::directory
