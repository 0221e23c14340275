// SPDX-License-Identifier: Apache-2.0
// The parts of one running site and how they are put together. Read start() in wiring.cpp from top
// to bottom: it is the architecture in the order in which it comes to life; stop() is the way back.
//
//   configuration -> helper -> services -> plugins -> directory cache -> router -> transfer unit ->
//   control socket
#pragma once

#include "auth/authenticator.hpp"
#include "config/settings.hpp"
#include "control/handlers/handlers.hpp"
#include "control/server.hpp"
#include "daemon/auth_service.hpp"
#include "daemon/directory_part.hpp"
#include "daemon/provisioning_part.hpp"
#include "daemon/resolver_service.hpp"
#include "daemon/routes_service.hpp"
#include "directory/admin.hpp"
#include "directory/backends.hpp"
#include "directory/cache.hpp"
#include "directory/confirmer.hpp"
#include "directory/delegation.hpp"
#include "helper/helper.hpp"
#include "host/listen_service.hpp"
#include "host/log.hpp"
#include "host/plugin_set.hpp"
#include "host/worker_pool.hpp"
#include "routing/router.hpp"
#include "transfer/unit.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace waypost::kernel::daemon {

enum class site_state { starting, running, draining, stopped };
std::string_view name_of(site_state state) noexcept;

/// What plugins may ask the kernel for. All of it is there before the first plugin is loaded: a
/// plugin whose needs are not met is refused before its code runs.
void add_kernel_services(host::service_registry& registry, host::listen_service& listen,
                         auth_service& logins, resolver_service& names, routes_service& tables);

/// start, reload and stop are called by the supervisor, one at a time; everything that status asks
/// for by any thread.
class site {
public:
    using settings_pointer = std::shared_ptr<const config::settings>;

    /// Calls a function once, later, on a thread that must not block. [any thread]
    using delayed_call =
        std::function<void(std::chrono::nanoseconds delay, std::function<void()> run)>;

    site(settings_pointer settings, helper::client& helper, host::log_output& log,
         delayed_call later);
    ~site();
    site(const site&) = delete;
    site& operator=(const site&) = delete;

    result<void> start();
    /// What a person should know of it: keys that need a restart, instances that kept their old
    /// values.
    result<std::vector<std::string>> reload();
    /// Finishes what runs until the deadline, then ends everything. Names of what did not finish.
    std::vector<std::string> stop(std::chrono::steady_clock::time_point deadline);

    /// Before start(): what `waypost reload` and `waypost stop` do. They reach the supervisor, not
    /// this object.
    void on_reload(std::function<result<control::json>()> run) { calls_.reload = std::move(run); }
    void on_stop(std::function<result<control::json>()> run) { calls_.stop = std::move(run); }

    [[nodiscard]] settings_pointer settings() const { return std::atomic_load(&settings_); }

private:
    result<void> load_plugins();
    result<void> open_directory();
    result<void> open_logins();
    result<void> open_transfer();
    result<void> start_plugins();
    result<void> open_control();
    result<void> connect(host::instance& directory);
    directory::worker_function worker(std::string_view part, host::lane lane);
    void connect_calls();
    void note(std::int32_t level, std::string_view text) { log_.write(level, "kernel", text); }

    settings_pointer settings_;
    helper::client& helper_;
    host::log_output& log_;
    const delayed_call later_;
    std::atomic<site_state> state_{site_state::starting};
    std::atomic<std::uint64_t> reloads_{0};
    const std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();

    // In the order in which they need each other; destroyed in reverse.
    host::service_registry registry_;
    host::listen_service listen_;
    auth_service logins_;
    resolver_service names_;
    routes_service tables_;
    host::worker_pool workers_;
    host::plugin_set plugins_;
    provisioning_part domains_;
    std::unique_ptr<directory::cache> cache_;
    std::unique_ptr<routing::router> router_;
    std::unique_ptr<directory_part> directory_;
    directory::backends backends_;
    std::unique_ptr<directory::confirmer> confirmer_;
    std::unique_ptr<directory::admin> admin_;
    std::unique_ptr<directory::delegation> delegation_;
    std::unique_ptr<auth::authenticator> authenticator_;
    std::unique_ptr<transfer::transfer_unit> transfer_;
    control::sources calls_;
    control::table table_;
    std::unique_ptr<control::server> control_;
};

} // namespace waypost::kernel::daemon
