// SPDX-License-Identifier: Apache-2.0
// The boundary of DNS UPDATE: configuration keys, and the facet wp.dns/1 over class updater.
#include "updater.hpp"

#include <waypost/plugin.hpp>
#include <waypost/secret.hpp>

#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

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
    explicit plugin(const context& with) : updater_(settings_of(with.config())) {
        table_.struct_size = sizeof table_;
        table_.abilities = WP_DNS_RECORDS;
        table_.zone_of = zone_of;
        table_.create_zone = create_zone;
        table_.apply = apply;
        table_.read = read;
    }

    result<void> start() { return {}; }
    void stop() {}
    const void* facet(std::string_view id) const { return id == WP_DNS ? &table_ : nullptr; }

private:
    static plugin& of(void* self) { return *static_cast<plugin*>(self); }

    static wp_status zone_of(void* self, wp_str name, wp_str* zone, wp_error* why) {
        return guard(why, [&] {
            auto found = of(self).updater_.zone_of(view(name));
            if (!found)
                return fill_error(why, found.failure());
            const std::lock_guard lock(of(self).mutex_);
            *zone = to_abi(*of(self).zones_.insert(*std::move(found)).first);
            return WP_OK;
        });
    }

    static wp_status create_zone(void*, wp_str, wp_error* why) {
        return guard(why, [&] {
            return fill_error(why, WP_UNSUPPORTED,
                              "DNS UPDATE cannot create a zone (RFC 2136 s1): make it at the "
                              "server, or use an updater for that server");
        });
    }

    static wp_status apply(void* self, wp_str zone, wp_str, const wp_dns_change* changes,
                           std::uint64_t count, wp_error* why) {
        return guard(why, [&] {
            std::vector<change> checked;
            if (count > most_changes)
                return fill_error(why, WP_INVALID, "more than 256 changes in one update");
            for (std::uint64_t i = 0; i < count; ++i) {
                auto one = checked_change(element(changes, i));
                if (!one)
                    return fill_error(why, one.failure());
                checked.push_back(*std::move(one));
            }
            return finish(of(self).updater_.apply(view(zone), checked), why);
        });
    }

    static wp_status read(void* self, wp_str, wp_str owner, wp_str type, wp_record* rows,
                          std::uint64_t* count, wp_error* why) {
        return guard(why, [&] {
            auto found = of(self).updater_.read(view(owner), view(type));
            if (!found)
                return fill_error(why, found.failure());
            const auto& kept = of(self).keep(*std::move(found));
            for (std::size_t i = 0; i < kept.size() && i < *count; ++i) {
                auto& row = element(rows, i);
                row.ttl_seconds = kept[i].ttl_seconds;
                row.owner = to_abi(kept[i].owner);
                row.type = to_abi(kept[i].type);
                row.data = to_abi(kept[i].data);
            }
            *count = kept.size();
            return WP_OK;
        });
    }

    const std::vector<record>& keep(std::vector<record> found) {
        const std::lock_guard lock(mutex_);
        return last_read_[std::this_thread::get_id()] = std::move(found);
    }

    updater updater_;
    wp_dns table_{};
    std::mutex mutex_;            ///< zones_, last_read_
    std::set<std::string> zones_; ///< handed out: they stay until the end
    std::map<std::thread::id, std::vector<record>> last_read_;
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
