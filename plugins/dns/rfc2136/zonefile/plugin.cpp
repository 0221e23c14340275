// SPDX-License-Identifier: Apache-2.0
// The boundary of records in zone files: configuration keys, and the facet wp.dns/1.
#include "record_facet.hpp"
#include "zone_files.hpp"

#include <stdexcept>

namespace waypost::zonefile {
namespace {

dns::settings reader_of(const config_view& values) {
    dns::settings out;
    out.server = {std::string(values.text("server")),
                  static_cast<std::uint16_t>(values.integer("port"))};
    for (const auto zone : values.list("zones")) {
        auto name = dns::folded_name(zone);
        if (!name || name->find('*') != std::string::npos)
            throw std::invalid_argument("key zones: '" + std::string(zone) + "' is no zone");
        out.zones.push_back(*std::move(name));
    }
    out.timeout = values.duration("timeout");
    return out;
}

/// Thread-safe.
class plugin {
public:
    explicit plugin(const context& with)
        : files_(reader_of(with.config()), std::string(with.config().path("folder"))),
          facet_(files_) {}

    result<void> start() { return files_.make_files(); }
    void stop() {}
    const void* facet(std::string_view id) const { return id == WP_DNS ? facet_.table() : nullptr; }

    auto& records() noexcept { return facet_; }

private:
    zone_files files_;
    dns::record_facet<plugin, zone_files&> facet_;
};

} // namespace
} // namespace waypost::zonefile

WAYPOST_PLUGIN(waypost::zonefile::plugin,
               {.id = "org.waypost.zonefile",
                .version = "0.1.0",
                .vendor = "Waypost",
                .license = "Apache-2.0",
                .summary = "Records in files that zone files include",
                .provides = {WP_DNS},
                .needs = {WP_HOST_LOG, WP_HOST_CONFIG},
                .config = {
                    {.name = "folder",
                     .type = WP_CONFIG_PATH,
                     .flags = WP_CONFIG_REQUIRED,
                     .help = "Folder of the files ZONE.records, which nobody else writes."},
                    {.name = "zones",
                     .type = WP_CONFIG_LIST,
                     .flags = WP_CONFIG_REQUIRED,
                     .help = "Zones that include their file; zones below them do not count."},
                    {.name = "server",
                     .type = WP_CONFIG_TEXT,
                     .fallback = "127.0.0.1",
                     .help = "IP address of a name server of the zones, asked what it says."},
                    {.name = "port",
                     .type = WP_CONFIG_INTEGER,
                     .fallback = "53",
                     .help = "TCP port of the server.",
                     .minimum = 1,
                     .maximum = 65535},
                    {.name = "timeout",
                     .type = WP_CONFIG_DURATION,
                     .fallback = "5s",
                     .help = "How long the server may take for one message.",
                     .minimum = 100000000,
                     .maximum = 60000000000},
                }});
