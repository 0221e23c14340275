// SPDX-License-Identifier: Apache-2.0
#include "directory/access_control.hpp"

#include "directory/keys.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>
#include <array>

namespace waypost::kernel::directory {

bool is_access_control(std::string_view attribute) noexcept {
    constexpr std::array<std::string_view, 6> names = {administrator_attribute, "adminRole",
                                                       "nsdaCapability",        "nsdaModifiableBy",
                                                       "nsdaDADomain",          "aci"};
    return std::any_of(names.begin(), names.end(),
                       [&](auto name) { return equal_folded(name, attribute); });
}

kept_access::kept_access(const wp_entry& now, const entry_view& before) : entry_(now) {
    for (std::uint64_t i = 0; i < now.attribute_count; ++i)
        if (!is_access_control(view(now.attributes[i].name)))
            attributes_.push_back(now.attributes[i]);
    values_.reserve(before.attributes());
    for (std::size_t i = 0; i < before.attributes(); ++i) {
        if (!is_access_control(before.name(i)))
            continue;
        auto& values = values_.emplace_back();
        for (std::size_t v = 0; v < before.values(i); ++v)
            values.push_back(to_abi(before.value(i, v)));
        attributes_.push_back({to_abi(before.name(i)), values.data(), values.size()});
    }
    entry_.attributes = attributes_.data();
    entry_.attribute_count = attributes_.size();
}

} // namespace waypost::kernel::directory
