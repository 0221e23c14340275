// SPDX-License-Identifier: Apache-2.0
// The facet wp.dns/1 of plugins that change records and make no zones: checks what comes over the
// boundary and keeps what goes back.
#pragma once

#include "names.hpp"

#include <waypost/plugin.hpp>

#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace waypost::dns {

/// Thread-safe. `Backend`: zone_of(name), apply(zone, changes), read(owner, type), all of them
/// thread-safe. `Plugin` is the class whose object the functions get; its records() is this.
template <class Plugin, class Backend>
class record_facet {
public:
    explicit record_facet(Backend with) : backend_(std::forward<Backend>(with)) {
        table_.struct_size = sizeof table_;
        table_.abilities = WP_DNS_RECORDS;
        table_.zone_of = zone_of;
        table_.create_zone = create_zone;
        table_.apply = apply;
        table_.read = read;
    }

    const wp_dns* table() const noexcept { return &table_; }

private:
    static record_facet& of(void* self) { return static_cast<Plugin*>(self)->records(); }

    static wp_status zone_of(void* self, wp_str name, wp_str* zone, wp_error* why) {
        return guard(why, [&] {
            auto found = of(self).backend_.zone_of(view(name));
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
                              "this plugin makes no zones (RFC 2136 s1 has no way to): make it at "
                              "the server, or use a plugin that makes zones there");
        });
    }

    static wp_status apply(void* self, wp_str zone, wp_str, const wp_dns_change* changes,
                           std::uint64_t count, wp_error* why) {
        return guard(why, [&] {
            if (count > most_changes)
                return fill_error(why, WP_INVALID, "more than 256 changes in one update");
            std::vector<change> checked;
            checked.reserve(count);
            for (std::uint64_t i = 0; i < count; ++i) {
                auto one = checked_change(element(changes, i));
                if (!one)
                    return fill_error(why, one.failure());
                checked.push_back(*std::move(one));
            }
            return finish(of(self).backend_.apply(view(zone), checked), why);
        });
    }

    static wp_status read(void* self, wp_str, wp_str owner, wp_str type, wp_record* rows,
                          std::uint64_t* count, wp_error* why) {
        return guard(why, [&] {
            auto found = of(self).backend_.read(view(owner), view(type));
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

    Backend backend_;
    wp_dns table_{};
    std::mutex mutex_;            ///< zones_, last_read_
    std::set<std::string> zones_; ///< handed out: they stay until the end
    std::map<std::thread::id, std::vector<record>> last_read_;
};

} // namespace waypost::dns
