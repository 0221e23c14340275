// SPDX-License-Identifier: Apache-2.0
// wp.host.listen/1: opens listening sockets for plugins, keeps a descriptor of each, and so gives a
// restarted instance the same queue of connections.
#pragma once

#include "host/services.hpp"

#include <waypost/result.hpp>

#include <functional>

namespace waypost::kernel::host {

struct bound_endpoint {
    std::string instance;
    std::string endpoint; ///< as configured: "127.0.0.1:0"
    std::string address;  ///< as bound: "127.0.0.1:40123"
};

/// thread-safe.
class listen_service {
public:
    /// Returns a listening descriptor, non-blocking and close-on-exec.
    using binder = std::function<result<int>(std::string_view endpoint)>;

    /// `tcp`: where the privileged helper is put. Unix sockets are opened by this process.
    explicit listen_service(binder tcp = {});
    ~listen_service();
    listen_service(const listen_service&) = delete;
    listen_service& operator=(const listen_service&) = delete;

    /// A descriptor that belongs to the caller.
    result<int> open(std::string_view instance, std::string_view endpoint);
    /// Closes what is kept for an instance that will not come back.
    void forget(std::string_view instance);
    std::vector<bound_endpoint> bound() const;

    /// Registers wp.host.listen/1 with this object behind it.
    void add_to(service_registry& registry);

private:
    struct kept_socket {
        bound_endpoint what;
        int fd = -1;
    };
    int duplicate(std::string_view instance, std::string_view endpoint) const;
    std::string owner_of(std::string_view endpoint) const;

    binder tcp_;
    mutable std::mutex mutex_;
    std::vector<kept_socket> kept_;
};

} // namespace waypost::kernel::host
