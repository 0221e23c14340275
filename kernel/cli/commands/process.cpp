// SPDX-License-Identifier: Apache-2.0
// waypost reload, waypost sync, waypost stop
#include "cli/commands/commands.hpp"

#include <memory>
#include <ostream>

namespace waypost::kernel::cli {
namespace {

void add_sync(CLI::App& app, session& with) {
    auto* sync = app.add_subcommand("sync", "Reads the directory anew");
    struct choice {
        bool full = false, incremental = false, sweep = false;
        std::string domain;
    };
    const auto given = std::make_shared<choice>();
    auto* kinds = sync->add_option_group("how");
    kinds->add_flag("--full", given->full, "Everything (the default)");
    kinds->add_flag("--incremental", given->incremental, "What was created or modified since");
    kinds->add_flag("--sweep", given->sweep, "Looks for what was deleted");
    kinds->require_option(0, 1);
    sync->add_option("--domain", given->domain, "Only this domain's users and groups");
    sync->callback([&with, given] {
        const auto* kind = given->incremental ? "incremental" : given->sweep ? "sweep" : "full";
        json args{{"kind", kind}};
        if (!given->domain.empty()) {
            args["domain"] = given->domain;
        }
        auto got = with.ask("sync", args, [&with](const json& row) {
            *with.err << "  " << harmless(row.value("directory", "")) << ": "
                      << row.value("entries", 0) << " entries\n";
        });
        if (!got) {
            *with.err << "waypost: " << harmless(got.failure().text) << '\n';
            with.exit_code = exit_refused;
            return;
        }
        with.as_json ? print_json(*with.out, got->result)
                     : void(*with.out << "the directory was read\n");
    });
}

} // namespace

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
    add_sync(app, with);
    app.add_subcommand("stop", "Finishes what runs, then ends the daemon")->callback([&with] {
        change(with, "stop", json::object(), "the daemon has stopped");
    });
}

} // namespace waypost::kernel::cli
