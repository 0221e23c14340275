// SPDX-License-Identifier: Apache-2.0
// What WAYPOST_PLUGIN is given, and the constants made of it: the ELF note and the tables that the
// exported descriptor points to. All of it is computed by the compiler; nothing of it runs.
#pragma once

#include <waypost/abi/note.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace waypost {

/// One configuration key; the C++ spelling of wp_config_key, with defaults.
struct key_spec {
    const char* name = nullptr;
    std::int32_t type = WP_CONFIG_TEXT;
    std::uint32_t flags = 0;
    const char* fallback = nullptr;
    const char* help = "";
    std::int64_t minimum = 0; ///< of integer, duration (ns) and size (bytes)
    std::int64_t maximum = -1;
};

/// What a plugin says about itself.
struct plugin_spec {
    const char* id = nullptr;
    const char* version = "0";
    const char* vendor = "";
    const char* license = "";
    const char* summary = "";
    const char* provides[17] = {}; ///< facets; the last one stays null
    const char* needs[17] = {};    ///< host services; the last one stays null
    key_spec config[64] = {};
};

namespace detail {

struct key_table {
    std::array<wp_config_key, 64> keys{};
    std::size_t count = 0;
};

consteval key_table make_keys(const plugin_spec& spec) {
    key_table table;
    for (const auto& key : spec.config) {
        if (key.name == nullptr)
            break;
        table.keys[table.count++] = {key.name, key.type,    key.flags,  key.fallback,
                                     key.help, key.minimum, key.maximum};
    }
    return table;
}

/// An id that is longer than the note's 59 characters does not compile.
consteval wp_elf_note make_note(const char* id) {
    wp_elf_note note{sizeof(WP_NOTE_OWNER),
                     sizeof(wp_note),
                     WP_NOTE_TYPE,
                     WP_NOTE_OWNER,
                     {WP_ABI_MAJOR, WP_ABI_MINOR, {}}};
    std::size_t i = 0;
    for (; id[i] != '\0'; ++i)
        note.content.id[i] = id[i];
    note.content.id[i] = '\0';
    return note;
}

} // namespace detail
} // namespace waypost
