// SPDX-License-Identifier: Apache-2.0
// What a plugin instance gets when it is made: its name, its configuration, its log, the host's
// services.
#pragma once

#include <waypost/config.hpp>
#include <waypost/errors.hpp>
#include <waypost/logger.hpp>

namespace waypost {

/// thread-safe; cheap to copy; valid until the instance is destroyed.
class context {
public:
    context(const wp_host* host, wp_str instance, const wp_config* values)
        : host_(host), instance_(view(instance)), config_(host, values), log_(host) {}

    const wp_host* host() const noexcept { return host_; }
    /// The name of the section: "inbound" of [plugins.inbound].
    const std::string& instance() const noexcept { return instance_; }
    /// The values at creation; reconfigure() brings new ones.
    const config_view& config() const noexcept { return config_; }
    const waypost::logger& logger() const noexcept { return log_; }

    /// The vtable of a host service, or null. Services named in `needs` are never null.
    template <class T>
    const T* service(const char* id) const noexcept {
        return static_cast<const T*>(host_->service(host_, id));
    }

    /// Opens a listening socket by the host's privilege; the descriptor belongs to the caller.
    result<int> listen(std::string_view endpoint) const;

private:
    const wp_host* host_;
    std::string instance_;
    config_view config_;
    waypost::logger log_;
};

inline result<int> context::listen(std::string_view endpoint) const {
    const auto* access = service<wp_host_listen>(WP_HOST_LISTEN);
    if (access == nullptr)
        return error{WP_UNSUPPORTED, "this host offers no " WP_HOST_LISTEN};
    std::int32_t descriptor = -1;
    auto why = empty_error();
    const auto status = access->open(host_, to_abi(endpoint), &descriptor, &why);
    if (status != WP_OK)
        return from_error(status, &why);
    return descriptor;
}

} // namespace waypost
