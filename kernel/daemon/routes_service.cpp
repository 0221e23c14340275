// SPDX-License-Identifier: Apache-2.0
#include "daemon/routes_service.hpp"

#include <utility>

namespace waypost::kernel::daemon {
namespace {

void changed(const wp_host* host) {
    host::provider_of<routes_service>(host, WP_HOST_ROUTES).changed();
}

constexpr wp_host_routes table{sizeof(wp_host_routes), 0, changed};

} // namespace

void routes_service::add_to(host::service_registry& registry) {
    registry.add(WP_HOST_ROUTES, &table, this);
}

void routes_service::set(std::function<void()> make,
                         std::function<bool(std::function<void()>)> run) {
    {
        const std::lock_guard lock(mutex_);
        make_ = std::move(make);
        run_ = std::move(run);
    }
    changed();
}

void routes_service::changed() {
    {
        const std::lock_guard lock(mutex_);
        wanted_ = true;
        if (running_ || !run_)
            return;
        running_ = true;
    }
    if (!run_([this] { work(); })) {
        const std::lock_guard lock(mutex_);
        running_ = false;
    }
}

void routes_service::work() {
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (!std::exchange(wanted_, false)) {
                running_ = false;
                return;
            }
        }
        make_();
    }
}

} // namespace waypost::kernel::daemon
