// SPDX-License-Identifier: Apache-2.0
// The configuration of a site, in two phases: the kernel's sections and the list of plugin
// instances from the file alone; each plugin's own keys when its descriptor is known
// (check_plugin).
#pragma once

#include "config/check.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::config {

/// One section [plugins.NAME].
struct plugin_entry {
    std::string name;   ///< of the instance
    std::string plugin; ///< file name without ".so", or a path
    bool enabled = true;
    bool required = true;
    position at;
    node section; ///< unchecked but for the common keys
};

/// The values of one plugin section, or what is wrong with them.
struct plugin_values {
    std::shared_ptr<const wp_config> values; ///< null when there are problems
    std::vector<problem> problems;
};

/// thread-safe: immutable.
class settings {
public:
    /// One of the kernel's sections, complete; an unknown name reads as empty.
    const wp_config& section(std::string_view name) const;
    const wp_config& site() const { return section("site"); }
    const wp_config& transfer() const { return section("transfer"); }
    const wp_config& log() const { return section("log"); }
    const wp_config& directory() const { return section("directory"); }
    const wp_config& domains() const { return section("domains"); }

    /// In the order of the file.
    const std::vector<plugin_entry>& plugins() const { return plugins_; }
    const plugin_entry* plugin(std::string_view name) const;
    plugin_values check_plugin(const plugin_entry& entry, key_span declared) const;

    const std::string& file() const { return file_; }
    /// Absolute.
    const std::filesystem::path& state() const { return state_; }
    /// Absolute folders.
    std::vector<std::filesystem::path> plugin_path() const;
    /// The configured name, or the machine's.
    std::string hostname() const;
    /// The configured domain, or the host name.
    std::string default_domain() const;

private:
    friend class loader;
    std::string file_;
    std::filesystem::path folder_;
    std::filesystem::path state_;
    section_map sections_;
    std::vector<plugin_entry> plugins_;
};

struct loaded {
    std::shared_ptr<const settings> value; ///< null when there are problems
    std::vector<problem> problems;
};

/// `file` names the source in messages, and its folder is where relative paths of the site start.
loaded load_text(std::string_view text, const std::filesystem::path& file);
loaded load_file(const std::filesystem::path& file);

} // namespace waypost::kernel::config
