// SPDX-License-Identifier: Apache-2.0
// The registry and the wp_host that each instance sees.
#include "host/services.hpp"

#include "config/values.hpp"

#include <stdexcept>

namespace waypost::kernel::host {
namespace {

const void* service_of(const wp_host* host, const char* id) noexcept {
    return host == nullptr || id == nullptr ? nullptr : context_of(host).services.find(id);
}

} // namespace

void service_registry::add(std::string id, const void* vtable, void* provider) {
    const std::unique_lock lock(mutex_);
    const auto [place, added] = entries_.try_emplace(std::move(id), entry{vtable, provider});
    if (!added)
        throw std::logic_error("the service " + place->first + " is registered twice");
}

const void* service_registry::find(std::string_view id) const {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->second.vtable;
}

void* service_registry::provider(std::string_view id) const {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->second.provider;
}

std::vector<std::string> service_registry::ids() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::string> out;
    for (const auto& [id, offered] : entries_)
        out.push_back(id);
    return out;
}

host_context::host_context(std::string instance, const service_registry& registry,
                           log_output& output)
    : name(std::move(instance)), services(registry),
      log(output), host{sizeof(wp_host), WP_ABI_MAJOR, WP_ABI_MINOR, this, service_of} {}

host_context& context_of(const wp_host* host) noexcept {
    return *static_cast<host_context*>(host->impl);
}

void add_basic_services(service_registry& registry) {
    registry.add(WP_HOST_LOG, &log_service());
    registry.add(WP_HOST_CONFIG, &config::host_config());
}

} // namespace waypost::kernel::host
