// SPDX-License-Identifier: Apache-2.0
// What the kernel offers to plugins: vtables by id. Kernel parts register theirs before plugins are
// loaded; a vtable's functions find their way back by context_of(host) and provider_of(host, id).
#pragma once

#include <waypost/abi/host.h>

#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::host {

class log_output;

/// thread-safe. Vtables and providers outlive every instance.
class service_registry {
public:
    /// `provider`: the object behind the vtable's functions; handed back by provider_of. Once for
    /// each id.
    void add(std::string id, const void* vtable, void* provider = nullptr);
    const void* find(std::string_view id) const;
    void* provider(std::string_view id) const;
    std::vector<std::string> ids() const;

private:
    struct entry {
        const void* vtable = nullptr;
        void* provider = nullptr;
    };
    mutable std::shared_mutex mutex_;
    std::map<std::string, entry, std::less<>> entries_;
};

/// Behind wp_host::impl: one for each instance (thread-safe: constant but for the counter).
struct host_context {
    host_context(std::string instance, const service_registry& registry, log_output& output);
    host_context(const host_context&) = delete;
    host_context& operator=(const host_context&) = delete;

    const std::string name; ///< of the instance
    const service_registry& services;
    log_output& log;
    std::atomic<std::uint64_t> faults{0}; ///< lines of WP_LOG_FAULT and calls that ended in WP_BUG
    wp_host host;
};

/// The instance that calls.
host_context& context_of(const wp_host* host) noexcept;

/// The object that was registered with a service.
template <class T>
T& provider_of(const wp_host* host, std::string_view id) {
    return *static_cast<T*>(context_of(host).services.provider(id));
}

/// The vtable of wp.host.log/1; needs no provider.
const wp_host_log& log_service() noexcept;

/// Registers wp.host.log/1 and wp.host.config/1.
void add_basic_services(service_registry& registry);

} // namespace waypost::kernel::host
