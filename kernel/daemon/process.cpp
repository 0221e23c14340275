// SPDX-License-Identifier: Apache-2.0
#include "daemon/process.hpp"

#include "daemon/arguments.hpp"
#include "daemon/notify.hpp"
#include "daemon/part_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>

namespace waypost::kernel::daemon {
namespace {

constexpr std::chrono::seconds hard_stop_grace{3}; // checkpoints after the drain
constexpr std::chrono::seconds reload_patience{60};

} // namespace

process::process(event_loop& loop, site& site, helper::client& helper, host::log_output& log)
    : loop_(loop), site_(site), helper_(helper), log_(log) {
    site_.on_reload([this] { return reload_for_control(); });
    site_.on_stop([this]() -> result<control::json> {
        loop_.post([this] { begin_stop("asked over the control socket"); });
        return control::json::object();
    });
}

int process::run() {
    connect_signals();
    if (const auto period = notify::watchdog_period()) {
        loop_.every(*period, [] { notify::watchdog(); });
    }
    begin_start();
    loop_.run();
    return exit_code_;
}

void process::connect_signals() {
    for (const int number : {SIGTERM, SIGINT}) {
        loop_.on_signal(number, [this, number] {
            if (stopping_) {
                stop_hard("a second signal");
            }
            begin_stop(number == SIGTERM ? "SIGTERM" : "SIGINT");
        });
    }
    loop_.on_signal(SIGHUP, [this] {
        supervisor_.post([this] {
            if (auto done = reload_now(); !done) {
                note(WP_LOG_ERROR, "the configuration was not taken over: " + done.failure().text);
            }
        });
    });
    loop_.on_signal(SIGCHLD, [this] { look_at_helper(); });
}

void process::begin_start() {
    supervisor_.post([this] {
        result<void> outcome;
        try {
            outcome = site_.start();
        } catch (const std::exception& why) {
            outcome = error{WP_BUG, why.what()};
        }
        loop_.post([this, outcome] { started(outcome); });
    });
}

void process::started(const result<void>& outcome) {
    if (!outcome) {
        note(WP_LOG_ERROR, "cannot start: " + outcome.failure().text);
        exit_code_ = exit_failed;
        begin_stop("the start failed");
        return;
    }
    if (!stopping_) {
        note(WP_LOG_NOTICE, "started " WAYPOST_VERSION);
        notify::ready("serving");
    }
}

void process::begin_stop(std::string_view why) {
    if (stopping_.exchange(true)) {
        return;
    }
    note(WP_LOG_NOTICE, fmt::format("stopping: {}", why));
    const auto patience = shutdown_deadline(*site_.settings());
    notify::stopping();
    notify::extend(patience + hard_stop_grace);
    loop_.after(patience + hard_stop_grace, [this] { stop_hard("the deadline passed"); });
    supervisor_.post([this, deadline = std::chrono::steady_clock::now() + patience] {
        const auto late = site_.stop(deadline);
        loop_.post([this, late] { stopped(late); });
    });
}

void process::stopped(const std::vector<std::string>& late) {
    if (!late.empty()) {
        note(WP_LOG_WARNING,
             fmt::format("ended before they had finished: {}", fmt::join(late, ", ")));
    }
    note(WP_LOG_NOTICE, "stopped");
    loop_.quit();
}

void process::stop_hard(std::string_view why) {
    note(WP_LOG_ERROR, fmt::format("ended at once: {}; the next start recovers", why));
    ::_exit(exit_failed);
}

void process::look_at_helper() {
    siginfo_t seen{};
    if (::waitid(P_PID, static_cast<id_t>(helper_.pid()), &seen, WEXITED | WNOHANG | WNOWAIT) ==
            0 &&
        seen.si_pid == helper_.pid()) {
        note(WP_LOG_FAULT,
             fmt::format(
                 "the helper process ended by {} {}; no new port and no key can be opened until "
                 "the daemon is restarted",
                 seen.si_code == CLD_EXITED ? "exit code" : "signal", seen.si_status));
    }
}

result<control::json> process::reload_now() {
    if (stopping_) {
        return error{WP_STOPPING, "the daemon is stopping"};
    }
    notify::reloading();
    auto done = site_.reload();
    notify::ready("serving");
    if (!done) {
        return done.failure();
    }
    note(WP_LOG_NOTICE, "the configuration was taken over");
    for (const auto& line : *done) {
        note(WP_LOG_WARNING, line);
    }
    return control::json{{"notes", *done}};
}

result<control::json> process::reload_for_control() {
    const auto answer = std::make_shared<std::promise<result<control::json>>>();
    auto outcome = answer->get_future();
    supervisor_.post([this, answer] { answer->set_value(reload_now()); });
    if (outcome.wait_for(reload_patience) != std::future_status::ready) {
        return error{WP_TEMPFAIL, "the reload is still under way; the log tells how it ends"};
    }
    return outcome.get();
}

} // namespace waypost::kernel::daemon
