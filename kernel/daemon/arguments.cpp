// SPDX-License-Identifier: Apache-2.0
#include "daemon/arguments.hpp"

#include <CLI/CLI.hpp>

namespace waypost::kernel::daemon {

std::optional<arguments> read_arguments(int count, const char* const* words, std::ostream& out,
                                        std::ostream& err, int& code) {
    arguments read;
    bool check = false;
    bool reference = false;
    CLI::App app(
        "Waypost: the mail platform's daemon. Stays in the foreground; logs to standard error",
        "waypostd");
    app.add_option("-c,--config", read.configuration, "Configuration")->capture_default_str();
    auto* checking =
        app.add_flag("--check", check, "Look for mistakes in the configuration, and start nothing");
    app.add_flag("--reference", reference,
                 "Print the reference of all configuration keys (Markdown)")
        ->excludes(checking);
    app.set_version_flag("--version", std::string("waypostd " WAYPOST_VERSION));
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& stop) {
        code = app.exit(stop, out, err) == 0 ? exit_stopped : exit_usage;
        return std::nullopt;
    }
    read.what = check       ? arguments::task::check
                : reference ? arguments::task::reference
                            : arguments::task::run;
    return read;
}

} // namespace waypost::kernel::daemon
