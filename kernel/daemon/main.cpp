// SPDX-License-Identifier: Apache-2.0
// waypostd. What happens here happens once and on one thread, while the process may still be root:
//
//   arguments -> configuration -> helper process -> state directory and lock -> change of user ->
//   process.hpp
#include "config/reference.hpp"
#include "daemon/arguments.hpp"
#include "daemon/fault_report.hpp"
#include "daemon/process.hpp"
#include "daemon/state_directory.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <iostream>

namespace waypost::kernel::daemon {
namespace {

int fail(std::string_view text) {
    std::cerr << "waypostd: " << text << (text.ends_with('\n') ? "" : "\n");
    return exit_failed;
}

/// Also loads the plugins, whose keys are known to nobody else; no instance is made.
int check(const config::loaded& loaded) {
    if (!loaded.value) {
        return fail(config::describe(loaded.problems));
    }
    host::log_output silent([](std::int32_t, const std::string&) {});
    host::service_registry services;
    host::listen_service listen;
    auth_service logins;
    resolver_service names;
    routes_service tables;
    add_kernel_services(services, listen, logins, names, tables);
    host::plugin_set plugins(services, silent);
    const auto report = plugins.load(loaded.value);
    if (!report.ok()) {
        return fail(report.describe());
    }
    std::cout << loaded.value->file() << " is fine\n" << report.describe();
    return exit_stopped;
}

/// The folders that the daemon writes, made for the user that it is going to be.
result<void> make_folders(const config::settings& from, const helper::identity& who) {
    if (auto made = make_private_folder(from.state(), who); !made) {
        return made;
    }
    const auto control = std::filesystem::path(from.site().text("control")).parent_path();
    std::error_code ignored;
    return std::filesystem::exists(control, ignored) ? result<void>()
                                                     : make_private_folder(control, who);
}

int run(const config::loaded& loaded) {
    if (!loaded.value) {
        return fail(config::describe(loaded.problems));
    }
    const config::settings& settings = *loaded.value;
    auto loop = event_loop::make(
        {SIGTERM, SIGINT, SIGHUP, SIGCHLD}); // blocked in every thread from here on
    auto who = helper::find_identity(std::string(settings.site().text("user")),
                                     std::string(settings.site().text("group")));
    if (!loop || !who) {
        return fail(!loop ? loop.failure().text : who.failure().text);
    }
    auto helper = helper::client::start(
        {std::filesystem::path(settings.file()).parent_path(), settings.state()});
    if (!helper) {
        return fail(helper.failure().text);
    }
    if (auto made = make_folders(settings, *who); !made) {
        return fail(made.failure().text);
    }
    auto lock = state_lock::take(settings.state(), *who);
    if (!lock) {
        return fail(lock.failure().text);
    }
    if (auto changed = helper::assume(*who); !changed) {
        return fail(changed.failure().text);
    }
    host::log_output log;
    log.set_level(host::log_level(settings.site().text("log_level")));
    site all(loaded.value, **helper, log, [&on = **loop](auto delay, auto run) {
        on.post([&on, delay, run = std::move(run)]() mutable {
            on.after(std::chrono::ceil<std::chrono::milliseconds>(delay), std::move(run));
        });
    });
    process life(**loop, all, **helper, log);
    return life.run();
}

int work(int count, char** words) {
    int code = exit_stopped;
    const auto asked = read_arguments(count, words, std::cout, std::cerr, code);
    if (!asked) {
        return code;
    }
    if (asked->what == arguments::task::reference) {
        std::cout << config::reference();
        return exit_stopped;
    }
    const auto loaded = config::load_file(asked->configuration);
    return asked->what == arguments::task::check ? check(loaded) : run(loaded);
}

} // namespace
} // namespace waypost::kernel::daemon

int main(int count, char** words) {
    using namespace waypost::kernel;
    ::umask(0077);
    std::signal(SIGPIPE, SIG_IGN);
    daemon::report_faults();
    try {
        return daemon::work(count, words);
    } catch (const std::exception& why) {
        return daemon::fail(fmt::format("internal fault: {}", why.what()));
    }
}
