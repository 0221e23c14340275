// SPDX-License-Identifier: Apache-2.0
// The boundary of the generator from DNS: rows for the domains that name this host in their MX
// records, for backup mail exchangers and for sites without a directory (R6.2).
#include "watcher.hpp"

#include <waypost/abi/draft/routes.h>
#include <waypost/ascii.hpp>
#include <waypost/plugin.hpp>
#include <waypost/secret.hpp>

namespace waypost::routes_mx {
namespace {

std::vector<std::string> names_in(const config_view& values, const char* key) {
    std::vector<std::string> out;
    for (const auto one : values.list(key))
        out.push_back(fold_domain(one));
    return out;
}

settings settings_of(const config_view& values) {
    settings out;
    out.domains = names_in(values, "domains");
    out.zones = names_in(values, "zones");
    out.hosts = names_in(values, "hosts");
    out.primary_hop = values.text("primary_hop");
    out.source.address = values.text("server");
    out.source.port = static_cast<std::uint16_t>(values.integer("port"));
    out.source.key_name = fold_domain(values.text("key_name"));
    if (!out.source.key_name.empty()) {
        out.source.key_name += '.';
        out.source.key_algorithm = fold_domain(values.text("key_algorithm")) + '.';
        out.source.key_secret = secret_in_file("key_file", values.path("key_file"));
    }
    out.source.timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(values.duration("timeout"));
    out.file = values.path("file");
    out.interval =
        std::chrono::duration_cast<std::chrono::milliseconds>(values.duration("interval"));
    if (out.domains.empty() && out.zones.empty())
        throw std::invalid_argument("key domains: it or 'zones' must name something");
    if (!out.zones.empty() && out.source.address.empty())
        throw std::invalid_argument("key server: whole zones need the server they come from");
    return out;
}

/// Thread-safe.
class plugin {
public:
    explicit plugin(const context& with)
        : host_(with.host()), routes_(with.service<wp_host_routes>(WP_HOST_ROUTES)),
          watcher_(settings_of(with.config()), host_,
                   with.service<wp_host_resolver>(WP_HOST_RESOLVER), with.logger(),
                   [this] { routes_->changed(host_); }) {
        table_.struct_size = sizeof table_;
        table_.priority = static_cast<std::int32_t>(with.config().integer("priority"));
        table_.generate = generate;
    }

    result<void> start() {
        watcher_.start();
        return {};
    }
    void stop() { watcher_.stop(); }
    const void* facet(std::string_view id) const { return id == WP_ROUTES ? &table_ : nullptr; }

private:
    static wp_status generate(void* self, const wp_route_input* input,
                              const wp_route_output* output, wp_error* why) {
        return guard(why, [&]() -> wp_status {
            if (input->domain.size > 0)
                return WP_OK;
            for (const auto& one : static_cast<plugin*>(self)->watcher_.rows()) {
                wp_route route{};
                route.struct_size = sizeof route;
                route.kind = WP_ROUTE_RELAY;
                route.domain = to_abi(one.domain);
                route.target = to_abi(one.target);
                route.source = {to_abi(one.domain), to_abi("MX")};
                if (const auto status = output->routes(output->ctx, &route, 1); status != WP_OK)
                    return status;
            }
            return WP_OK;
        });
    }

    const wp_host* host_;
    const wp_host_routes* routes_;
    watcher watcher_;
    wp_routes table_{};
};

} // namespace
} // namespace waypost::routes_mx

WAYPOST_PLUGIN(
    waypost::routes_mx::plugin,
    {.id = "org.waypost.routes-mx",
     .version = "0.1.0",
     .vendor = "Waypost",
     .license = "Apache-2.0",
     .summary = "Routes of the domains that name this host in their MX records",
     .provides = {WP_ROUTES},
     .needs = {WP_HOST_CONFIG, WP_HOST_LOG, WP_HOST_RESOLVER, WP_HOST_ROUTES},
     .config = {
         {.name = "domains",
          .type = WP_CONFIG_LIST,
          .help = "Domains whose MX records are asked for, by the resolver plugin."},
         {.name = "zones",
          .type = WP_CONFIG_LIST,
          .help = "Zones that are transferred (AXFR): every name in them that has MX records."},
         {.name = "hosts",
          .type = WP_CONFIG_LIST,
          .flags = WP_CONFIG_REQUIRED,
          .help = "Names of this host in MX records. A domain that names none of them gets no "
                  "row."},
         {.name = "primary_hop",
          .type = WP_CONFIG_TEXT,
          .help = "Where mail goes for domains of which this host is the best exchanger, "
                  "'[192.0.2.1]' for instance. Empty: such domains get no row. The others go to "
                  "their better exchangers."},
         {.name = "server",
          .type = WP_CONFIG_TEXT,
          .help = "IP address of the name server that zones are transferred from."},
         {.name = "port",
          .type = WP_CONFIG_INTEGER,
          .fallback = "53",
          .help = "Its port.",
          .minimum = 1,
          .maximum = 65535},
         {.name = "key_name",
          .type = WP_CONFIG_TEXT,
          .help = "TSIG key of the transfers; empty: none."},
         {.name = "key_algorithm",
          .type = WP_CONFIG_TEXT,
          .fallback = "hmac-sha256",
          .help = "Its algorithm."},
         {.name = "key_file",
          .type = WP_CONFIG_PATH,
          .help = "File whose first line is its secret in base64."},
         {.name = "timeout",
          .type = WP_CONFIG_DURATION,
          .fallback = "10s",
          .help = "How long the server may be silent during a transfer.",
          .minimum = 100000000,
          .maximum = 600000000000},
         {.name = "interval",
          .type = WP_CONFIG_DURATION,
          .fallback = "1h",
          .help = "How often DNS is looked at. What cannot be asked stays as it was.",
          .minimum = 1000000000,
          .maximum = 604800000000000},
         {.name = "file",
          .type = WP_CONFIG_PATH,
          .fallback = "mx.rows",
          .help = "Where the last answers are kept for a start without DNS."},
         {.name = "priority",
          .type = WP_CONFIG_INTEGER,
          .fallback = "150",
          .help = "Of conflicting rows the one of the generator with the lower number wins; the "
                  "directory's is 100.",
          .minimum = 0,
          .maximum = 1000000},
     }});
