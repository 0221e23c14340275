// SPDX-License-Identifier: Apache-2.0
// wp.host.resolver/1 at the plugin boundary: the resolver plugin that the site has. The vtable is
// offered before plugins are loaded; a site without a resolver answers WP_UNSUPPORTED.
#pragma once

#include "host/services.hpp"

#include <waypost/abi/draft/dns.h>

#include <atomic>

namespace waypost::kernel::daemon {

/// Thread-safe. Must outlive the plugins.
class resolver_service {
public:
    void add_to(host::service_registry& registry);
    /// The plugin's facet and instance; null: none, or none any more.
    void set(const wp_resolver* facet, void* self) noexcept {
        self_ = self;
        facet_ = facet;
    }
    wp_status resolve(wp_str name, wp_str type, std::int64_t deadline_ns, const wp_answer** answer,
                      wp_error* why, wp_done done);
    void release(const wp_answer* answer);

private:
    std::atomic<const wp_resolver*> facet_{nullptr};
    std::atomic<void*> self_{nullptr};
};

} // namespace waypost::kernel::daemon
