// SPDX-License-Identifier: Apache-2.0
// waypost reload, waypost sync, waypost stop
#include "cli/commands/commands.hpp"

#include <ostream>

namespace waypost::kernel::cli {

void add_process_commands(CLI::App& app, session& with) {
    app.add_subcommand("reload", "Takes a changed configuration over; no connection is dropped")
        ->callback([&with] {
            answer got;
            if (!with.get("reload", json::object(), got)) {
                return;
            }
            if (with.as_json) {
                print_json(*with.out, got.result);
                return;
            }
            *with.out << "the configuration was taken over\n";
            for (const auto& note : got.result.value("notes", std::vector<std::string>())) {
                *with.out << "  " << harmless(note) << '\n';
            }
        });
    app.add_subcommand("sync", "Reads the directory anew")->callback([&with] {
        change(with, "sync", json::object(), "the directory was read");
    });
    app.add_subcommand("stop", "Finishes what runs, then ends the daemon")->callback([&with] {
        change(with, "stop", json::object(), "the daemon has stopped");
    });
}

} // namespace waypost::kernel::cli
