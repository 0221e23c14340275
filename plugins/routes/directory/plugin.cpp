// SPDX-License-Identifier: Apache-2.0
// The boundary of the routes from the directory: facet wp.routes/1 over generate().
#include "attributes.hpp"
#include "generate.hpp"

#include <waypost/plugin.hpp>

#include <mutex>
#include <set>

namespace waypost::routes_directory {
namespace {

settings settings_of(const config_view& values) {
    settings out;
    for (const auto name : values.list("hostname"))
        out.hostnames.push_back(folded(name));
    out.postmaster = values.text("postmaster");
    return out;
}

/// Thread-safe.
class plugin {
public:
    explicit plugin(context with) : settings_(settings_of(with.config())), log_(with.logger()) {
        table_.struct_size = sizeof table_;
        table_.priority = static_cast<std::int32_t>(with.config().integer("priority"));
        table_.generate = generate_rows;
    }

    result<void> start() { return {}; }
    void stop() {}
    const void* facet(std::string_view id) const { return id == WP_ROUTES ? &table_ : nullptr; }

private:
    static wp_status generate_rows(void* self, const wp_route_input* input,
                                   const wp_route_output* output, wp_error* why) {
        return guard(why, [&] {
            auto& me = *static_cast<plugin*>(self);
            const report tell = [&](std::string_view what, std::string_view domain,
                                    std::string_view about) { me.tell(what, domain, about); };
            return finish(generate(me.settings_, *input, *output, tell), why);
        });
    }

    // Tables are generated again and again; each thing is said once.
    void tell(std::string_view what, std::string_view domain, std::string_view about) {
        constexpr std::size_t most = 10000;
        {
            const std::lock_guard lock(mutex_);
            if (told_.size() >= most)
                told_.clear();
            if (!told_
                     .insert(std::string(what) + '\n' + std::string(domain) + '\n' +
                             std::string(about))
                     .second)
                return;
        }
        log_.warning(what, {{"domain", domain}, {"about", about}});
    }

    settings settings_;
    logger log_;
    wp_routes table_{};
    std::mutex mutex_; ///< told_
    std::set<std::string> told_;
};

} // namespace
} // namespace waypost::routes_directory

WAYPOST_PLUGIN(
    waypost::routes_directory::plugin,
    {.id = "org.waypost.routes-directory",
     .version = "0.1.0",
     .vendor = "Waypost",
     .license = "Apache-2.0",
     .summary = "Routes and aliases from domain, user and group entries",
     .provides = {WP_ROUTES},
     .needs = {WP_HOST_LOG, WP_HOST_CONFIG},
     .config = {
         {.name = "hostname",
          .type = WP_CONFIG_LIST,
          .fallback = "=site.hostname",
          .help = "Names of this host in mailRoutingHosts."},
         {.name = "postmaster",
          .type = WP_CONFIG_TEXT,
          .help = "Where postmaster of a domain goes that names nobody: an address, or a local "
                  "part in that domain."},
         {.name = "priority",
          .type = WP_CONFIG_INTEGER,
          .fallback = "100",
          .help = "Of conflicting rows the one of the generator with the lower number wins.",
          .minimum = 0,
          .maximum = 1000000},
     }});
