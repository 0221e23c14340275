// SPDX-License-Identifier: Apache-2.0
// One section of the file against the keys it may have: the same code for the kernel's sections and
// for plugins'. Values come out complete; everything that is wrong comes out with its place.
#pragma once

#include "config/toml.hpp"
#include "config/values.hpp"

#include <filesystem>
#include <memory>
#include <span>

namespace waypost::kernel::config {

using section_map = std::map<std::string, std::shared_ptr<const wp_config>, std::less<>>;

struct check_target {
    std::string file;
    std::string section;         ///< "site", "plugins.inbound"
    position at;                 ///< of the section; line 0: it is not in the file
    std::filesystem::path state; ///< where relative paths start
    /// The kernel's sections, which defaults such as "=site.hostname" name; null: there are none.
    const section_map* kernel = nullptr;
};

using key_span = std::span<const wp_config_key>;

/// `table` may be null: every key has its default then. `also_valid`: keys that another schema
/// checks.
std::shared_ptr<const wp_config> check_section(const node* table, key_span keys,
                                               const check_target& target, key_span also_valid,
                                               std::vector<problem>& problems);

/// "a duration such as \"30s\"": what a key of this type is written like.
std::string_view type_hint(std::int32_t type);
/// A bound or a value in the unit of the type.
std::string print_number(std::int32_t type, std::int64_t number);

} // namespace waypost::kernel::config
