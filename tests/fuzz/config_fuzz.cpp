// SPDX-License-Identifier: Apache-2.0
// links: waypost::kernel::config
// Any bytes as a configuration file: both phases, and the reports on what is wrong.
#include "config/diff.hpp"

#include <cstddef>
#include <cstdint>

using namespace waypost::kernel::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static constexpr wp_config_key keys[] = {
        {"listen", WP_CONFIG_LIST, 0, "*:25", "", 0, -1},
        {"timeout", WP_CONFIG_DURATION, WP_CONFIG_REQUIRED, nullptr, "", 1, 1'000'000'000'000},
        {"file", WP_CONFIG_PATH, 0, "x", "", 0, -1},
        {"buffer", WP_CONFIG_SIZE, WP_CONFIG_SECRET, "64KiB", "", 0, 1'000'000},
        {"strict", WP_CONFIG_BOOLEAN, 0, "true", "", 0, -1},
    };
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto read = load_text(text, "/etc/waypost.toml");
    static_cast<void>(describe(read.problems));
    if (!read.value)
        return 0;
    static const auto empty = load_text("", "/etc/waypost.toml");
    for (const auto& one : diff(*empty.value, *read.value))
        static_cast<void>(describe(one));
    for (const auto& entry : read.value->plugins())
        static_cast<void>(describe(read.value->check_plugin(entry, keys).problems));
    return 0;
}
