// SPDX-License-Identifier: Apache-2.0
// The boundary of the flat-file directory: configuration keys, and the facet wp.directory/1 over
// class directory.
#include "directory.hpp"

#include <waypost/directory.hpp>
#include <waypost/plugin.hpp>

#include <stdexcept>

namespace waypost::ldif {
namespace {

hashing hashing_of(const config_view& values) {
    const auto method = values.text("password_hash");
    if (method != "crypt" && method != "ssha512")
        throw std::invalid_argument("key password_hash: 'crypt' and 'ssha512' are known");
    return {method == "crypt" ? hash_method::crypt : hash_method::ssha512,
            static_cast<unsigned long>(values.integer("password_cost"))};
}

options options_of(const config_view& values) {
    options out;
    out.file = values.path("file");
    for (const auto base : values.list("bases"))
        out.bases.emplace_back(base);
    out.allow_cleartext = values.boolean("allow_cleartext");
    out.hash = hashing_of(values);
    out.fold_after = values.size("fold_after");
    out.most = {values.size("max_line"), values.size("max_entry"),
                static_cast<std::size_t>(values.integer("max_values"))};
    return out;
}

/// Thread-safe.
class plugin {
public:
    explicit plugin(const context& with) : directory_(options_of(with.config()), with.logger()) {}

    result<void> start() { return directory_.start(); }
    void stop() { directory_.stop(); }
    result<void> reconfigure(config_view values) {
        directory_.set(values.boolean("allow_cleartext"), hashing_of(values),
                       values.size("fold_after"));
        return {};
    }
    const void* facet(std::string_view id) const {
        return id == WP_DIRECTORY ? &directory_facet<plugin>::table : nullptr;
    }
    class directory& directory() noexcept {
        return directory_;
    }

private:
    class directory directory_;
};

} // namespace
} // namespace waypost::ldif

WAYPOST_PLUGIN(waypost::ldif::plugin,
               {.id = "org.waypost.ldif",
                .version = "0.1.0",
                .vendor = "Waypost",
                .license = "Apache-2.0",
                .summary = "Directory in a flat LDIF file, watched for changes",
                .provides = {WP_DIRECTORY},
                .needs = {WP_HOST_LOG, WP_HOST_CONFIG},
                .config = {
                    {.name = "file",
                     .type = WP_CONFIG_PATH,
                     .fallback = "directory.ldif",
                     .help = "The LDIF file. It may be edited while the daemon runs; changes made "
                             "through the daemon are kept "
                             "beside it in FILE.changes and folded into it."},
                    {.name = "bases",
                     .type = WP_CONFIG_LIST,
                     .help = "Names (DN) of the subtrees that this file owns. Empty: everything. "
                             "An entry outside of them is refused."},
                    {.name = "allow_cleartext",
                     .type = WP_CONFIG_BOOLEAN,
                     .flags = WP_CONFIG_RELOADABLE,
                     .fallback = "false",
                     .help = "Accept passwords that lie in the file in clear text. They are "
                             "visible to everybody who can read it."},
                    {.name = "password_hash",
                     .type = WP_CONFIG_TEXT,
                     .flags = WP_CONFIG_RELOADABLE,
                     .fallback = "crypt",
                     .help = "How new passwords are stored: 'crypt' (yescrypt) or 'ssha512' (cheap "
                             "to check, weaker when stolen)."},
                    {.name = "password_cost",
                     .type = WP_CONFIG_INTEGER,
                     .flags = WP_CONFIG_RELOADABLE,
                     .fallback = "0",
                     .help = "Cost of yescrypt, 1 to 11; 0 is the library's default.",
                     .minimum = 0,
                     .maximum = 11},
                    {.name = "fold_after",
                     .type = WP_CONFIG_SIZE,
                     .flags = WP_CONFIG_RELOADABLE,
                     .fallback = "4MiB",
                     .help = "Fold FILE.changes into the file when it is bigger than this and than "
                             "an eighth of the file.",
                     .minimum = 1024,
                     .maximum = std::int64_t{1} << 40},
                    {.name = "max_line",
                     .type = WP_CONFIG_SIZE,
                     .fallback = "1MiB",
                     .help = "Longest line of the file, unfolded.",
                     .minimum = 1024,
                     .maximum = 1 << 30},
                    {.name = "max_entry",
                     .type = WP_CONFIG_SIZE,
                     .fallback = "64MiB",
                     .help = "Biggest entry of the file.",
                     .minimum = 4096,
                     .maximum = 1 << 30},
                    {.name = "max_values",
                     .type = WP_CONFIG_INTEGER,
                     .fallback = "1000000",
                     .help = "Most values of one entry.",
                     .minimum = 100,
                     .maximum = 100000000},
                }});
