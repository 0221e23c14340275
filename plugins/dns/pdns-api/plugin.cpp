// SPDX-License-Identifier: Apache-2.0
// The boundary of the PowerDNS zone maker: configuration keys, and the facet wp.dns/1 without
// records.
#include "server.hpp"

#include <waypost/abi/draft/dns.h>
#include <waypost/ascii.hpp>
#include <waypost/plugin.hpp>
#include <waypost/secret.hpp>

#include <stdexcept>

namespace waypost::pdns {
namespace {

settings settings_of(const config_view& values) {
    settings out;
    out.url = values.text("url");
    if (!out.url.starts_with("http://") && !out.url.starts_with("https://"))
        throw std::invalid_argument("key url: http:// or https:// is needed");
    out.key = secret_in_file("key_file", values.path("key_file"));
    out.kind = values.text("kind");
    for (const auto one : values.list("nameservers"))
        out.nameservers.push_back(fold_domain(one) + ".");
    out.update_key = values.text("update_key");
    out.account = values.text("account");
    if (out.account.empty())
        throw std::invalid_argument("key account: it marks the zones that are ours, and is needed");
    for (const auto one : values.list("suffixes"))
        out.suffixes.push_back(fold_domain(one));
    out.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(values.duration("timeout"));
    return out;
}

/// Thread-safe.
class plugin {
public:
    explicit plugin(const context& with) : server_(settings_of(with.config())) {
        table_.struct_size = sizeof table_;
        table_.abilities = WP_DNS_ZONE_CREATE;
        table_.zone_of = [](void*, wp_str, wp_str* zone, wp_error*) -> wp_status {
            *zone = {};
            return WP_OK;
        };
        table_.create_zone = [](void* self, wp_str zone, wp_error* why) {
            return guard(
                why, [&] { return finish(of(self).create_zone(fold_domain(view(zone))), why); });
        };
        table_.remove_zone = [](void* self, wp_str zone, wp_error* why) {
            return guard(
                why, [&] { return finish(of(self).remove_zone(fold_domain(view(zone))), why); });
        };
        table_.apply = [](void*, wp_str, wp_str, const wp_dns_change*, std::uint64_t,
                          wp_error* why) { return no_records(why); };
        table_.read = [](void*, wp_str, wp_str, wp_str, wp_record*, std::uint64_t*, wp_error* why) {
            return no_records(why);
        };
    }

    result<void> start() { return {}; }
    void stop() {}
    const void* facet(std::string_view id) const { return id == WP_DNS ? &table_ : nullptr; }

private:
    static const server& of(void* self) { return static_cast<plugin*>(self)->server_; }
    static wp_status no_records(wp_error* why) {
        return fill_error(why, WP_UNSUPPORTED, "records are changed by DNS UPDATE: plugin rfc2136");
    }

    server server_;
    wp_dns table_{};
};

} // namespace
} // namespace waypost::pdns

WAYPOST_PLUGIN(waypost::pdns::plugin,
               {.id = "org.waypost.pdns-api",
                .version = "0.1.0",
                .vendor = "Waypost",
                .license = "Apache-2.0",
                .summary = "Makes zones at a PowerDNS server",
                .provides = {WP_DNS},
                .needs = {WP_HOST_CONFIG},
                .config = {
                    {.name = "url",
                     .type = WP_CONFIG_TEXT,
                     .fallback = "http://127.0.0.1:8081",
                     .help = "The server's HTTP interface."},
                    {.name = "key_file",
                     .type = WP_CONFIG_PATH,
                     .flags = WP_CONFIG_REQUIRED,
                     .help = "File whose first line is its API key."},
                    {.name = "suffixes",
                     .type = WP_CONFIG_LIST,
                     .flags = WP_CONFIG_REQUIRED,
                     .help = "Zones are made below these names and nowhere else."},
                    {.name = "nameservers",
                     .type = WP_CONFIG_LIST,
                     .flags = WP_CONFIG_REQUIRED,
                     .help = "Names of the servers of a new zone, its NS records."},
                    {.name = "kind",
                     .type = WP_CONFIG_TEXT,
                     .fallback = "Native",
                     .help = "Kind of a new zone: Native, Master."},
                    {.name = "update_key",
                     .type = WP_CONFIG_TEXT,
                     .help = "Name of the TSIG key that may change new zones by DNS UPDATE."},
                    {.name = "account",
                     .type = WP_CONFIG_TEXT,
                     .fallback = "waypost",
                     .help = "The account of the zones made here. A zone with another one, or "
                             "none, is never changed or removed."},
                    {.name = "timeout",
                     .type = WP_CONFIG_DURATION,
                     .fallback = "5s",
                     .help = "How long the server may take for one request.",
                     .minimum = 100000000,
                     .maximum = 60000000000},
                }});
