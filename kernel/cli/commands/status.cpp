// SPDX-License-Identifier: Apache-2.0
// waypost status, waypost plugins
#include "cli/commands/commands.hpp"

namespace waypost::kernel::cli {

void add_status_commands(CLI::App& app, session& with) {
    app.add_subcommand("status", "What runs, where it listens, what waits")->callback([&with] {
        show_one(with, "status", json::object());
    });
    app.add_subcommand("plugins", "Plugins and their instances")->callback([&with] {
        show_list(with, "plugins", json::object(),
                  {{"INSTANCE", "instance"},
                   {"PLUGIN", "plugin"},
                   {"VERSION", "version"},
                   {"STATE", "state"},
                   {"PROVIDES", "provides"},
                   {"SUMMARY", "summary"}},
                  "no plugins are enabled");
    });
}

} // namespace waypost::kernel::cli
