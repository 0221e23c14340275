// SPDX-License-Identifier: Apache-2.0
// Reading attributes of borrowed entries, and folding addresses and domain names. Pure.
#pragma once

#include <waypost/abi/draft/directory.h>
#include <waypost/ascii.hpp>
#include <waypost/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::routes_directory {

std::string folded(std::string_view text);

/// Values of an attribute, by name without case, until `visit` returns false.
template <class Visit>
void each_value(const wp_entry& of, std::string_view name, Visit visit) {
    for (std::uint64_t i = 0; i < of.attribute_count; ++i) {
        const auto& attribute = of.attributes[i];
        if (!equal_folded(view(attribute.name), name))
            continue;
        for (std::uint64_t j = 0; j < attribute.value_count; ++j)
            if (!visit(view(attribute.values[j])))
                return;
    }
}
std::vector<std::string_view> values(const wp_entry& of, std::string_view name);
/// The first value, or empty.
std::string_view value(const wp_entry& of, std::string_view name);
bool has_class(const wp_entry& of, std::string_view name);

/// A domain name in lower case without outer spaces and final dot; empty when it is none.
std::string fold_domain(std::string_view name);

struct address {
    std::string local; ///< empty: `@domain`, every local part
    std::string domain;
    std::string text() const { return local + "@" + domain; }
};

/// In lower case; nothing when it is none.
std::optional<address> fold_address(std::string_view text);

} // namespace waypost::routes_directory
