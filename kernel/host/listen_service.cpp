// SPDX-License-Identifier: Apache-2.0
// The kept sockets, and the C function over them.
#include "host/listen_service.hpp"

#include "host/listen_socket.hpp"

#include <waypost/errors.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waypost::kernel::host {
namespace {

wp_status open_endpoint(const wp_host* host, wp_str endpoint, std::int32_t* fd,
                        wp_error* why) noexcept {
    return guard(why, [&] {
        auto& service = provider_of<listen_service>(host, WP_HOST_LISTEN);
        auto opened = service.open(context_of(host).name, view(endpoint));
        if (!opened)
            return fill_error(why, opened.failure());
        *fd = *opened;
        return WP_OK;
    });
}

int duplicate_of(int fd) {
    return ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

} // namespace

listen_service::listen_service(binder tcp) : tcp_(tcp ? std::move(tcp) : binder(bind_tcp)) {}

listen_service::~listen_service() {
    for (const auto& one : kept_)
        ::close(one.fd);
}

int listen_service::duplicate(std::string_view instance, std::string_view endpoint) const {
    const std::lock_guard lock(mutex_);
    for (const auto& one : kept_)
        if (one.what.instance == instance && one.what.endpoint == endpoint)
            return duplicate_of(one.fd);
    return -1;
}

std::string listen_service::owner_of(std::string_view endpoint) const {
    const std::lock_guard lock(mutex_);
    for (const auto& one : kept_)
        if (one.what.endpoint == endpoint)
            return one.what.instance;
    return {};
}

result<int> listen_service::open(std::string_view instance, std::string_view endpoint) {
    if (const int again = duplicate(instance, endpoint); again >= 0)
        return again;
    auto opened = endpoint.starts_with("unix:") ? bind_unix(endpoint) : tcp_(endpoint);
    if (!opened) {
        const auto owner = owner_of(endpoint);
        if (owner.empty())
            return opened;
        return error{
            WP_EXISTS,
            fmt::format("{} is in use by [plugins.{}]; give one of the two another endpoint",
                        endpoint, owner)};
    }
    const int own = duplicate_of(*opened);
    if (own < 0) {
        const std::string reason = std::strerror(errno);
        ::close(*opened);
        return error{WP_TEMPFAIL,
                     fmt::format("cannot keep the socket of {}: {}", endpoint, reason)};
    }
    const std::lock_guard lock(mutex_);
    kept_.push_back({{std::string(instance), std::string(endpoint), bound_address(own)}, own});
    return opened;
}

void listen_service::forget(std::string_view instance) {
    const std::lock_guard lock(mutex_);
    std::erase_if(kept_, [&](const kept_socket& one) {
        if (one.what.instance != instance)
            return false;
        ::close(one.fd);
        return true;
    });
}

std::vector<bound_endpoint> listen_service::bound() const {
    const std::lock_guard lock(mutex_);
    std::vector<bound_endpoint> out;
    for (const auto& one : kept_)
        out.push_back(one.what);
    return out;
}

void listen_service::add_to(service_registry& registry) {
    static constexpr wp_host_listen served{sizeof(wp_host_listen), 0, open_endpoint};
    registry.add(WP_HOST_LISTEN, &served, this);
}

} // namespace waypost::kernel::host
