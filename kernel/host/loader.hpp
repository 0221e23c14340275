// SPDX-License-Identifier: Apache-2.0
// From a path to a plugin's descriptor, or to a refusal before any of the plugin's code runs:
//
//   file (owner, mode) -> format (ELF) -> note -> abi -> symbols -> descriptor -> needs -> library
//   (dlopen)
//
// All but the last read bytes of the file; the first code of a plugin runs in its static
// constructors, in dlopen. The later stages, config, create and start, are reported in the same way
// (plugin_set).
#pragma once

#include "host/services.hpp"

#include <waypost/abi/plugin.h>

#include <filesystem>

namespace waypost::kernel::host {

enum class load_stage {
    file,
    format,
    note,
    abi,
    symbols,
    descriptor,
    needs,
    library,
    config,
    create,
    start
};
std::string_view stage_name(load_stage stage);

/// What the file wants, what the kernel offers, what the operator can do.
struct load_failure {
    load_stage stage = load_stage::file;
    std::string path;
    std::string text;
};
/// "/usr/lib/waypost/plugins/x.so: refused (abi): ..."
std::string describe(const load_failure& why);

struct load_outcome {
    const wp_plugin* plugin = nullptr; ///< null: refused
    load_failure failure;
    explicit operator bool() const noexcept { return plugin != nullptr; }
};

load_outcome load_plugin(const std::filesystem::path& path, const service_registry& services);

} // namespace waypost::kernel::host
