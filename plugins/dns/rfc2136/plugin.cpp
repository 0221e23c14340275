// SPDX-License-Identifier: Apache-2.0
// The boundary of DNS UPDATE: configuration keys, and the facet wp.dns/1 over class updater.
#include "record_facet.hpp"
#include "updater.hpp"

#include <waypost/plugin.hpp>
#include <waypost/secret.hpp>

#include <stdexcept>

namespace waypost::dns {
namespace {

std::string name_in(std::string_view text, const char* key) {
    auto name = folded_name(text);
    if (!name)
        throw std::invalid_argument(std::string("key ") + key + ": " + name.failure().text);
    return *std::move(name);
}

settings settings_of(const config_view& values) {
    settings out;
    out.server = {std::string(values.text("server")),
                  static_cast<std::uint16_t>(values.integer("port"))};
    out.key = {name_in(values.text("key_name"), "key_name"),
               name_in(values.text("key_algorithm"), "key_algorithm"),
               secret_in_file("key_file", values.path("key_file"))};
    for (const auto zone : values.list("zones"))
        out.zones.push_back(name_in(zone, "zones"));
    out.timeout = values.duration("timeout");
    return out;
}

/// Thread-safe.
class plugin {
public:
    explicit plugin(const context& with) : facet_(updater(settings_of(with.config()))) {}

    result<void> start() { return {}; }
    void stop() {}
    const void* facet(std::string_view id) const { return id == WP_DNS ? facet_.table() : nullptr; }

    record_facet<plugin, updater>& records() noexcept { return facet_; }

private:
    record_facet<plugin, updater> facet_;
};

} // namespace
} // namespace waypost::dns

WAYPOST_PLUGIN(waypost::dns::plugin,
               {.id = "org.waypost.rfc2136",
                .version = "0.1.0",
                .vendor = "Waypost",
                .license = "Apache-2.0",
                .summary = "DNS UPDATE with TSIG",
                .provides = {WP_DNS},
                .needs = {WP_HOST_LOG, WP_HOST_CONFIG},
                .config = {
                    {.name = "server",
                     .type = WP_CONFIG_TEXT,
                     .fallback = "127.0.0.1",
                     .help = "IP address of the primary server of the zones."},
                    {.name = "port",
                     .type = WP_CONFIG_INTEGER,
                     .fallback = "53",
                     .help = "TCP port of the server.",
                     .minimum = 1,
                     .maximum = 65535},
                    {.name = "key_name",
                     .type = WP_CONFIG_TEXT,
                     .flags = WP_CONFIG_REQUIRED,
                     .help = "Name of the TSIG key; sent in lower case."},
                    {.name = "key_algorithm",
                     .type = WP_CONFIG_TEXT,
                     .fallback = "hmac-sha256",
                     .help = "Algorithm of the TSIG key."},
                    {.name = "key_file",
                     .type = WP_CONFIG_PATH,
                     .flags = WP_CONFIG_REQUIRED,
                     .help = "File whose first line is the secret of the TSIG key in base64."},
                    {.name = "zones",
                     .type = WP_CONFIG_LIST,
                     .flags = WP_CONFIG_REQUIRED,
                     .help = "Zones that may be changed: these, and zones below them."},
                    {.name = "timeout",
                     .type = WP_CONFIG_DURATION,
                     .fallback = "5s",
                     .help = "How long the server may take for one message.",
                     .minimum = 100000000,
                     .maximum = 60000000000},
                }});
