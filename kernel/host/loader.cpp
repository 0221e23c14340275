// SPDX-License-Identifier: Apache-2.0
// The checks in their order; each is one function that returns what is wrong, or nothing.
#include "host/loader.hpp"

#include "host/elf.hpp"
#include "host/library.hpp"

#include <waypost/abi/plugin.h>

#include <fmt/format.h>

#include <optional>

namespace waypost::kernel::host {
namespace {

/// sizeof(wp_plugin) in ABI 1.0; later minors only append.
constexpr std::uint32_t first_size = 144;
static_assert(sizeof(wp_plugin) >= first_size &&
              offsetof(wp_plugin, facet) + sizeof(void*) == first_size);

using complaint = std::optional<std::string>;

complaint check_note(const elf_facts& facts) {
    if (!facts.note)
        return "it has no Waypost note, so it is no plugin; a plugin in C++ gets one by "
               "WAYPOST_PLUGIN, one in C by "
               "WP_PLUGIN_NOTE";
    if (facts.note->id.empty())
        return "its Waypost note has no id; its author gives it one (\"org.example.name\")";
    return {};
}

complaint check_symbols(const elf_facts& facts) {
    if (!facts.exports_plugin)
        return "it does not export waypost_plugin_v1; its author builds it with waypost_add_plugin "
               "or with the "
               "version script plugin.map";
    if (!facts.unique_symbol.empty())
        return fmt::format(
            "it exports {}, which all plugins would share (GNU_UNIQUE); its author builds it with "
            "waypost_add_plugin or with the version script plugin.map",
            facts.unique_symbol);
    if (facts.exported != 1)
        return fmt::format(
            "it exports {} symbols, {} among them, and may export only waypost_plugin_v1; its "
            "author "
            "builds it with waypost_add_plugin or with the version script plugin.map",
            facts.exported, facts.other_export);
    for (const auto& library : facts.libraries)
        if (library.starts_with("libboost"))
            return fmt::format("it needs {}, which would meet another version of itself in this "
                               "process; its author "
                               "uses Boost's headers only, or links it statically",
                               library);
    return {};
}

complaint check_abi(const elf_note& note) {
    if (note.abi_major == WP_ABI_MAJOR)
        return {};
    return fmt::format("{} is built for plugin ABI {}.{}, this kernel speaks {}.{}; install {}",
                       note.id, note.abi_major, note.abi_minor, WP_ABI_MAJOR, WP_ABI_MINOR,
                       note.abi_major > WP_ABI_MAJOR
                           ? "a newer Waypost or an older release of the plugin"
                           : "a newer release of the plugin");
}

complaint check_descriptor(const elf_facts& facts) {
    const auto& note = *facts.note;
    if (!facts.descriptor)
        return "its descriptor cannot be read from the file; its author makes waypost_plugin_v1 a "
               "constant "
               "(WAYPOST_PLUGIN)";
    const auto& found = *facts.descriptor;
    if (found.struct_size < first_size)
        return fmt::format(
            "its descriptor has {} octets, ABI 1.0 has {}; its author sets struct_size to "
            "sizeof(wp_plugin) and builds it again",
            found.struct_size, first_size);
    if (found.id != note.id || found.abi_major != note.abi_major ||
        found.abi_minor != note.abi_minor)
        return fmt::format("its note says {} for ABI {}.{}, its descriptor {} for ABI {}.{}; its "
                           "author makes both "
                           "from one source (WAYPOST_PLUGIN)",
                           note.id, note.abi_major, note.abi_minor, found.id, found.abi_major,
                           found.abi_minor);
    return {};
}

complaint check_needs(const elf_descriptor& plugin, const service_registry& services) {
    std::string missing;
    for (const auto& need : plugin.needs)
        if (services.find(need) == nullptr)
            missing += (missing.empty() ? "" : ", ") + need;
    if (missing.empty())
        return {};
    return fmt::format("{} needs {}, this kernel offers {}; install a Waypost that offers it, or "
                       "another release of "
                       "the plugin",
                       plugin.id, missing, fmt::join(services.ids(), ", "));
}

/// What only the loaded descriptor shows.
complaint check_functions(const wp_plugin& plugin) {
    if (plugin.version && plugin.summary && plugin.provides && plugin.needs && plugin.create &&
        plugin.start && plugin.drain && plugin.stop && plugin.destroy && plugin.facet &&
        (plugin.config_count == 0 || plugin.config != nullptr))
        return {};
    return "its descriptor leaves something out that is not optional; only vendor, license, "
           "sdk_version and "
           "reconfigure are";
}

load_outcome refuse(load_stage stage, const std::filesystem::path& path, std::string text) {
    return {nullptr, {stage, path.string(), std::move(text)}};
}

} // namespace

std::string_view stage_name(load_stage stage) {
    constexpr std::string_view names[] = {"file",    "format",     "note",  "abi",
                                          "symbols", "descriptor", "needs", "library",
                                          "config",  "create",     "start"};
    return names[static_cast<std::size_t>(stage)];
}

std::string describe(const load_failure& why) {
    return fmt::format("{}: refused ({}): {}", why.path, stage_name(why.stage), why.text);
}

load_outcome load_plugin(const std::filesystem::path& path, const service_registry& services) {
    auto file = plugin_file::open(path);
    if (!file)
        return refuse(load_stage::file, path, file.failure().text);
    const auto facts = inspect_elf(file->bytes());
    if (!facts)
        return refuse(load_stage::format, path,
                      facts.failure().text + "; install the plugin again");
    if (auto wrong = check_note(*facts))
        return refuse(load_stage::note, path, *wrong);
    if (auto wrong = check_abi(*facts->note))
        return refuse(load_stage::abi, path, *wrong);
    if (auto wrong = check_symbols(*facts))
        return refuse(load_stage::symbols, path, *wrong);
    if (auto wrong = check_descriptor(*facts))
        return refuse(load_stage::descriptor, path, *wrong);
    if (auto wrong = check_needs(*facts->descriptor, services))
        return refuse(load_stage::needs, path, *wrong);
    const auto plugin = load_library(*file);
    if (!plugin)
        return refuse(load_stage::library, path,
                      plugin.failure().text +
                          "; install the library it names, or the plugin for this system");
    if (auto wrong = check_functions(**plugin))
        return refuse(load_stage::descriptor, path, *wrong);
    return {*plugin, {}};
}

} // namespace waypost::kernel::host
