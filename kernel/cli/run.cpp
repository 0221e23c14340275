// SPDX-License-Identifier: Apache-2.0
#include "cli/run.hpp"

#include "cli/client.hpp"
#include "cli/commands/commands.hpp"
#include "cli/place.hpp"

#include <fmt/format.h>

#include <ostream>

namespace waypost::kernel::cli {
namespace {

struct location {
    std::string socket;
    std::string configuration;
    std::string as;
};

ask_function over_socket(const location& where) {
    return [&where](const std::string& call, const json& args,
                    const std::function<void(const json&)>& row) -> result<answer> {
        auto socket = find_socket(where.socket, where.configuration);
        if (!socket) {
            return error{unreachable, socket.failure().text};
        }
        // A daemon that stops closes its connections last: "stopped" is then true.
        return ask_daemon(*socket, call, args, where.as, row, call == "stop");
    };
}

void add_global_options(CLI::App& app, location& where, session& with) {
    auto* socket = app.add_option("--socket", where.socket, "Control socket of the daemon");
    app.add_option("-c,--config", where.configuration,
                   "Configuration that names the control socket")
        ->excludes(socket);
    app.add_option("--as", where.as, "With the rights of this account alone");
    app.add_flag("--json", with.as_json, "Print JSON");
}

} // namespace

bool session::get(const std::string& call, const json& args, answer& into) {
    auto got = ask(call, args, {});
    if (!got) {
        exit_code = got.failure().status == unreachable ? exit_unreachable : exit_refused;
        *err << "waypost: " << got.failure().text << '\n';
        return false;
    }
    into = std::move(*got);
    return true;
}

int run(int count, const char* const* arguments, std::ostream& out, std::ostream& err,
        ask_function ask) {
    CLI::App app("Waypost: what an operator does with a running mail platform", "waypost");
    location where;
    session with;
    with.ask = ask ? std::move(ask) : over_socket(where);
    with.out = &out;
    with.err = &err;
    add_global_options(app, where, with);
    app.set_version_flag("--version", std::string("waypost " WAYPOST_VERSION));
    app.require_subcommand(1);
    app.fallthrough(); // --json may stand behind the command
    add_commands(app, with);
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& stop) {
        return app.exit(stop, out, err) == 0 ? exit_done : exit_usage;
    }
    return with.exit_code;
}

} // namespace waypost::kernel::cli
