// SPDX-License-Identifier: Apache-2.0
#include "daemon/auth_service.hpp"

#include <exception>

namespace waypost::kernel::daemon {
namespace {

wp_status login(const wp_host* host, const wp_credentials* credentials, wp_principal** principal,
                wp_error* why, wp_done done) noexcept {
    try {
        return host::provider_of<auth_service>(host, WP_HOST_AUTH)
            .login(*credentials, principal, why, done);
    } catch (const std::exception&) {
        return WP_TEMPFAIL; // memory; the client may try again
    }
}

constexpr wp_host_auth table{
    sizeof(wp_host_auth),        0, login, auth::authenticator::ref, auth::authenticator::unref,
    auth::authenticator::account};

} // namespace

void auth_service::add_to(host::service_registry& registry) {
    registry.add(WP_HOST_AUTH, &table, this);
}

wp_status auth_service::login(const wp_credentials& credentials, wp_principal** principal,
                              wp_error* why, wp_done done) {
    auto* behind = behind_.load();
    return behind != nullptr ? behind->login(credentials, principal, why, done) : WP_TEMPFAIL;
}

} // namespace waypost::kernel::daemon
