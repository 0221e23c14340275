// SPDX-License-Identifier: Apache-2.0
#include "daemon/resolver_service.hpp"

#include <waypost/errors.hpp>

namespace waypost::kernel::daemon {
namespace {

wp_status resolve(const wp_host* host, wp_str name, wp_str type, std::int64_t deadline_ns,
                  const wp_answer** answer, wp_error* why, wp_done done) {
    return host::provider_of<resolver_service>(host, WP_HOST_RESOLVER)
        .resolve(name, type, deadline_ns, answer, why, done);
}

void release(const wp_host* host, const wp_answer* answer) {
    host::provider_of<resolver_service>(host, WP_HOST_RESOLVER).release(answer);
}

constexpr wp_host_resolver table{sizeof(wp_host_resolver), 0, resolve, release};

} // namespace

void resolver_service::add_to(host::service_registry& registry) {
    registry.add(WP_HOST_RESOLVER, &table, this);
}

wp_status resolver_service::resolve(wp_str name, wp_str type, std::int64_t deadline_ns,
                                    const wp_answer** answer, wp_error* why, wp_done done) {
    const auto* facet = facet_.load();
    if (facet == nullptr)
        return fill_error(why, WP_UNSUPPORTED, "no resolver plugin is configured");
    return facet->resolve(self_.load(), name, type, deadline_ns, answer, why, done);
}

void resolver_service::release(const wp_answer* answer) {
    facet_.load()->release(self_.load(), answer);
}

} // namespace waypost::kernel::daemon
