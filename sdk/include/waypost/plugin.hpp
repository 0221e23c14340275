// SPDX-License-Identifier: Apache-2.0
// The C++ face of a plugin: write a class, name it in WAYPOST_PLUGIN, and the note, the exported
// descriptor and the C functions behind it are made from it.
//
//     class flat {
//     public:
//         explicit flat(waypost::context with);             // may throw: creation fails with
//         WP_BUG waypost::result<void> start(); wp_status
//         drain(std::chrono::steady_clock::time_point until, wp_done done);     // optional void
//         stop(); waypost::result<void> reconfigure(waypost::config_view values); // optional const
//         void* facet(std::string_view id);
//     };
//     WAYPOST_PLUGIN(flat, {.id = "org.example.flat", .version = "1.0", .summary = "A flat file",
//                           .provides = {"wp.directory/1"},
//                           .config = {{.name = "file", .type = WP_CONFIG_PATH, .help = "The
//                           file."}}})
//
// Use the macro once, at namespace scope of one source file. `self` of a facet's functions is the
// object.
#pragma once

#include <waypost/abi/plugin.h>
#include <waypost/detail/descriptor.hpp>
#include <waypost/detail/trampolines.hpp>

namespace waypost::detail {

template <plugin_class Plugin>
consteval wp_plugin describe(const plugin_spec& spec, const key_table& table) {
    using call = trampolines<Plugin>;
    wp_plugin out{};
    out.struct_size = sizeof(wp_plugin);
    out.abi_major = WP_ABI_MAJOR;
    out.abi_minor = WP_ABI_MINOR;
    out.id = spec.id;
    out.version = spec.version;
    out.vendor = spec.vendor;
    out.license = spec.license;
    out.summary = spec.summary;
    out.sdk_version = "0.1";
    out.provides = spec.provides;
    out.needs = spec.needs;
    out.config = table.keys.data();
    out.config_count = table.count;
    out.create = &call::create;
    out.start = &call::start;
    out.drain = &call::drain;
    out.stop = &call::stop;
    out.destroy = &call::destroy;
    if constexpr (reconfigurable<Plugin>)
        out.reconfigure = &call::reconfigure;
    out.facet = &call::facet;
    return out;
}

} // namespace waypost::detail

// The braces of the description contain commas, so it takes the rest of the arguments.
#define WAYPOST_PLUGIN(Plugin, ...)                                                                \
    namespace {                                                                                    \
    constexpr ::waypost::plugin_spec waypost_plugin_spec __VA_ARGS__;                              \
    constexpr auto waypost_plugin_keys = ::waypost::detail::make_keys(waypost_plugin_spec);        \
    WP_NOTE_SECTION constexpr wp_elf_note waypost_plugin_note =                                    \
        ::waypost::detail::make_note(waypost_plugin_spec.id);                                      \
    }                                                                                              \
    extern "C" WP_EXPORT constinit const wp_plugin waypost_plugin_v1 =                             \
        ::waypost::detail::describe<Plugin>(waypost_plugin_spec, waypost_plugin_keys)
