// SPDX-License-Identifier: Apache-2.0
// Precedence of site, domain and user: the one place that computes effective status, allowed
// services and quotas. SMTP, IMAP, POP3, delivery and `waypost route` all ask here (R4.8).
#pragma once

#include <cstdint>
#include <string_view>

namespace waypost::kernel::routing {

/// Values of WP_STATE_*.
enum class state : std::uint8_t { active, inactive, disabled, deleted, removed, hold, overquota };

std::string_view to_text(state value) noexcept;

/// One status attribute: absent (empty) is active, an illegal value is inactive.
state parse_state(std::string_view value) noexcept;
/// inetDomainStatus and inetUserStatus know active, inactive and deleted only.
state parse_inet_state(std::string_view value) noexcept;

/// Of two states in the order of evaluation, the first that is not active.
constexpr state first_not_active(state first, state then) noexcept {
    return first != state::active ? first : then;
}

/// inetDomainStatus, mailDomainStatus, inetUserStatus (groups: inetMailGroupStatus),
/// mailUserStatus.
state effective_state(std::string_view inet_domain, std::string_view mail_domain,
                      std::string_view inet_user, std::string_view mail_user) noexcept;

/// May somebody in this state log in?
constexpr bool may_log_in(state value) noexcept {
    return value == state::active || value == state::overquota;
}

/// The verdict of one mailAllowedServiceAccess or mailDomainAllowedServiceAccess value: rules
/// joined by '$', each '+' or
/// '-', services, ':', clients. `service` is "imap", "imaps", "pop", "pops", "smtp", "smtps",
/// "http" ("pop3" is "pop").
bool service_allowed(std::string_view rules, std::string_view service,
                     std::string_view client) noexcept;

/// Domain and user together: a user's rule never widens what the domain allows.
inline bool service_allowed(std::string_view domain_rules, std::string_view user_rules,
                            std::string_view service, std::string_view client) noexcept {
    return service_allowed(domain_rules, service, client) &&
           service_allowed(user_rules, service, client);
}

constexpr std::int64_t quota_unlimited = -1;
constexpr std::int64_t quota_default = -2; ///< absent, or "-2": the next level decides

/// mailQuota, mailMsgQuota: "n", "nK", "nM", "nG"; -1 unlimited; -2, absent or unreadable:
/// quota_default.
std::int64_t parse_quota(std::string_view value) noexcept;

/// User, else domain, else site. Never quota_default.
constexpr std::int64_t effective_quota(std::int64_t user, std::int64_t domain,
                                       std::int64_t site) noexcept {
    const std::int64_t chosen = user != quota_default     ? user
                                : domain != quota_default ? domain
                                                          : site;
    return chosen == quota_default ? quota_unlimited : chosen;
}

} // namespace waypost::kernel::routing
