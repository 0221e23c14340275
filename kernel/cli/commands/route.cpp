// SPDX-License-Identifier: Apache-2.0
// waypost route ADDRESS: where it leads, and why, step by step
#include "cli/commands/commands.hpp"

#include <ostream>

namespace waypost::kernel::cli {
namespace {

void print_route(std::ostream& out, const json& route) {
    print_table(
        out,
        {{"STEP", "step"}, {"RESULT", "result"}, {"SOURCE", "source"}, {"ATTRIBUTE", "attribute"}},
        route.value("steps", std::vector<json>()), "no step was taken");
    out << '\n'
        << cell(route.value("address", json())) << ": " << cell(route.value("verdict", json()))
        << '\n';
    const auto destinations = route.value("destinations", std::vector<json>());
    if (!destinations.empty()) {
        print_table(out,
                    {{"CHANNEL", "channel"},
                     {"ADDRESS", "address"},
                     {"ACCOUNT", "account"},
                     {"NEXT HOP", "next_hop"}},
                    destinations, "");
    }
    const auto tables = route.value("tables", json::object());
    if (!tables.empty()) {
        out << "by generation " << cell(tables.value("generation", json())) << " of the tables, "
            << (tables.value("live", false)
                    ? "changes arrive live"
                    : "made from data " + cell(tables.value("age_seconds", json())) + " s old")
            << '\n';
    }
}

} // namespace

void add_route_commands(CLI::App& app, session& with) {
    const auto address = std::make_shared<std::string>();
    auto* route = app.add_subcommand("route", "Where an address leads, and why");
    route->add_option("ADDRESS", *address, "ann@example.com")->required();
    route->callback([&with, address] {
        answer got;
        if (!with.get("route", {{"address", *address}}, got)) {
            return;
        }
        with.as_json ? print_json(*with.out, got.result) : print_route(*with.out, got.result);
    });
}

} // namespace waypost::kernel::cli
