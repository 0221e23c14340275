// SPDX-License-Identifier: Apache-2.0
// wp.host.auth/1 at the plugin boundary. The vtable is offered before plugins are loaded, the
// authenticator behind it exists once the directory cache is open; no session can ask earlier.
#pragma once

#include "auth/authenticator.hpp"
#include "host/services.hpp"

#include <atomic>

namespace waypost::kernel::daemon {

/// Thread-safe. Must outlive the plugins.
class auth_service {
public:
    void add_to(host::service_registry& registry);
    /// Null: logins are answered "try again later".
    void set(auth::authenticator* behind) noexcept { behind_ = behind; }
    wp_status login(const wp_credentials& credentials, wp_principal** principal, wp_error* why,
                    wp_done done);

private:
    std::atomic<auth::authenticator*> behind_{nullptr};
};

} // namespace waypost::kernel::daemon
