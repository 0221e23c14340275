// SPDX-License-Identifier: Apache-2.0
// From a plugin's name in the configuration to its file.
#include "config/nearest.hpp"
#include "host/plugin_set.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::host {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const std::vector<fs::path>& folders) {
    std::vector<std::string> names;
    for (const auto& folder : folders) {
        std::error_code failed;
        for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
             at.increment(failed))
            if (at->path().extension() == ".so")
                names.push_back(at->path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace

result<fs::path> find_plugin_file(const config::settings& from, const config::plugin_entry& entry) {
    if (entry.plugin.find('/') != std::string::npos)
        return from.state() / entry.plugin;
    const auto folders = from.plugin_path();
    for (const auto& folder : folders) {
        std::error_code failed;
        if (auto path = folder / (entry.plugin + ".so"); fs::exists(path, failed))
            return path;
    }
    const auto names = names_in(folders);
    const auto near = config::nearest(entry.plugin, names);
    std::string shown;
    for (const auto& folder : folders)
        shown += (shown.empty() ? "" : ", ") + folder.string();
    return error{WP_NOT_FOUND,
                 fmt::format("there is no {}.so in {}; {}", entry.plugin, shown,
                             near.empty()
                                 ? "install the plugin, or add its folder to site.plugin_path"
                                 : fmt::format("did you mean '{}'?", near))};
}

} // namespace waypost::kernel::host
