// SPDX-License-Identifier: Apache-2.0
// The one place that knows Boost.DLL, without the Boost libraries (docs/sdk/abi-policy.md).
#include "host/library.hpp"

#include <fmt/format.h>

#include <mutex>

#define BOOST_DLL_USE_STD_FS
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <boost/dll/shared_library.hpp>
#pragma GCC diagnostic pop

namespace waypost::kernel::host {
namespace {

struct loaded_library {
    std::uint64_t device;
    std::uint64_t inode;
    boost::dll::shared_library library;
    const wp_plugin* plugin;
};

/// Lives as long as the process: a plugin's code may be on some stack until the very end.
struct library_list {
    std::mutex mutex;
    std::vector<loaded_library> loaded;
};
library_list& libraries() {
    static auto* const list = new library_list;
    return *list;
}

/// The dynamic loader names the descriptor; the operator knows the file by its path, which the
/// caller adds.
std::string without_descriptor(std::string text, const std::string& name) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name))
        text.replace(at, name.size(), "the file");
    return text;
}

} // namespace

result<const wp_plugin*> load_library(plugin_file& file) {
    auto& list = libraries();
    const std::lock_guard lock(list.mutex);
    for (const auto& one : list.loaded)
        if (one.device == file.device() && one.inode == file.inode())
            return one.plugin;
    const auto name = fmt::format("/proc/self/fd/{}", file.descriptor());
    try {
        boost::dll::shared_library library(boost::dll::fs::path(name),
                                           boost::dll::load_mode::rtld_now |
                                               boost::dll::load_mode::rtld_local);
        const auto* plugin = &library.get<const wp_plugin>("waypost_plugin_v1");
        // The dynamic loader knows the library by the descriptor's name: another file must never
        // get that number.
        static_cast<void>(file.release());
        list.loaded.push_back({file.device(), file.inode(), std::move(library), plugin});
        return plugin;
    } catch (const std::exception& thrown) {
        return error{WP_PERMFAIL, without_descriptor(thrown.what(), name)};
    }
}

} // namespace waypost::kernel::host
