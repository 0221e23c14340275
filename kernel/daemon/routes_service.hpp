// SPDX-License-Identifier: Apache-2.0
// wp.host.routes/1 at the plugin boundary: generators say that their rows are others now. Many
// words while the tables are made are one more run.
#pragma once

#include "host/services.hpp"

#include <waypost/abi/draft/routes.h>

#include <functional>
#include <mutex>

namespace waypost::kernel::daemon {

/// Thread-safe. Must outlive the plugins.
class routes_service {
public:
    void add_to(host::service_registry& registry);
    /// `make` makes the rows anew, `run` runs it on a worker. What was said before is done now.
    void set(std::function<void()> make, std::function<bool(std::function<void()>)> run);
    void changed();

private:
    void work();

    std::mutex mutex_;
    std::function<void()> make_;
    std::function<bool(std::function<void()>)> run_;
    bool wanted_ = false;
    bool running_ = false;
};

} // namespace waypost::kernel::daemon
