// SPDX-License-Identifier: Apache-2.0
// The boundary of the static generator: the operator's rows, given once for the tables that do not
// come from the directory.
#include "rows.hpp"

#include <waypost/abi/draft/routes.h>
#include <waypost/plugin.hpp>

#include <stdexcept>
#include <vector>

namespace waypost::routes_static {
namespace {

std::vector<row> rows_of(const config_view& values) {
    std::vector<row> out;
    for (const auto line : values.list("rows")) {
        auto one = parse_row(line);
        if (!one)
            throw std::invalid_argument("key rows: " + one.failure().text);
        out.push_back(*std::move(one));
    }
    return out;
}

/// Thread-safe: constant after creation.
class plugin {
public:
    explicit plugin(const context& with) : rows_(rows_of(with.config())) {
        table_.struct_size = sizeof table_;
        table_.priority = static_cast<std::int32_t>(with.config().integer("priority"));
        table_.generate = generate;
    }

    result<void> start() { return {}; }
    void stop() {}
    const void* facet(std::string_view id) const { return id == WP_ROUTES ? &table_ : nullptr; }

private:
    static wp_status generate(void* self, const wp_route_input* input,
                              const wp_route_output* output, wp_error* why) {
        return guard(why, [&] {
            if (input->domain.size > 0)
                return WP_OK;
            for (const auto& one : static_cast<plugin*>(self)->rows_)
                if (const auto status = give(one, *output); status != WP_OK)
                    return status;
            return WP_OK;
        });
    }

    static wp_status give(const row& one, const wp_route_output& output) {
        const wp_source source{to_abi("config"), to_abi("rows")};
        if (one.what == row::kind::forward) {
            wp_alias alias{};
            alias.struct_size = sizeof alias;
            alias.kind = WP_ALIAS_FORWARD;
            alias.address = to_abi(one.name);
            alias.target = to_abi(one.target);
            alias.source = source;
            return output.aliases(output.ctx, &alias, 1);
        }
        wp_route route{};
        route.struct_size = sizeof route;
        route.kind = one.what == row::kind::relay ? WP_ROUTE_RELAY : WP_ROUTE_ALIAS;
        route.domain = to_abi(one.name);
        route.target = to_abi(one.target);
        route.channel = to_abi(one.channel);
        route.source = source;
        return output.routes(output.ctx, &route, 1);
    }

    std::vector<row> rows_;
    wp_routes table_{};
};

} // namespace
} // namespace waypost::routes_static

WAYPOST_PLUGIN(waypost::routes_static::plugin,
               {.id = "org.waypost.routes-static",
                .version = "0.1.0",
                .vendor = "Waypost",
                .license = "Apache-2.0",
                .summary = "Routes and aliases from the configuration",
                .provides = {WP_ROUTES},
                .needs = {WP_HOST_CONFIG},
                .config = {
                    {.name = "rows",
                     .type = WP_CONFIG_LIST,
                     .help = "\"example.org relay [192.0.2.1]\" (and a channel behind it), "
                             "\"old.example alias new.example\", \"ann@example.com forward "
                             "bob@example.org\". A domain that is relayed here takes mail from "
                             "everybody."},
                    {.name = "priority",
                     .type = WP_CONFIG_INTEGER,
                     .fallback = "50",
                     .help = "Of conflicting rows the one of the generator with the lower number "
                             "wins; the directory's is 100.",
                     .minimum = 0,
                     .maximum = 1000000},
                }});
