// SPDX-License-Identifier: Apache-2.0
// The kernel's own sections and the keys that every plugin section has. The checks, the defaults
// and the reference come from these tables and nowhere else.
#pragma once

#include <waypost/abi/config.h>

#include <span>
#include <string_view>

namespace waypost::kernel::config {

struct section_schema {
    const char* name;
    const char* help;
    std::span<const wp_config_key> keys;
};

/// A text key that takes one of a few words, separated by '|'.
struct choice {
    const char* section;
    const char* key;
    std::string_view words;
};

std::span<const section_schema> kernel_sections();
/// plugin, enabled, required.
std::span<const wp_config_key> common_plugin_keys();
std::span<const choice> choices();
const choice* find_choice(std::string_view section, std::string_view key);

} // namespace waypost::kernel::config
