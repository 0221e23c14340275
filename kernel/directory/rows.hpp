// SPDX-License-Identifier: Apache-2.0
// The rows that readers see: domains, routes and accounts, flat and read in place. A view borrows
// from the map and is valid while its reader lives. User rows hold the user's own state; the
// domain's is in the route row, so that a change of a domain's state touches one row and not one a
// user.
#pragma once

#include "directory/flat.hpp"
#include "routing/status.hpp"

#include <waypost/abi/draft/routes.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::directory {

using routing::state;

/// mailDeliveryOption as bits.
namespace delivery {
inline constexpr std::int64_t mailbox = 1, forward = 2, autoreply = 4, program = 8, hold = 16,
                              members = 32, file = 64, shared = 128, native = 256;
}
std::int64_t delivery_bits(const std::vector<std::string_view>& options) noexcept;

/// Number fields are listed first; the enumerators are the places in the flat record.
class domain_view : public flat_view {
public:
    using flat_view::flat_view;
    state inet_status() const noexcept { return static_cast<state>(number(0)); }
    state mail_status() const noexcept { return static_cast<state>(number(1)); }
    state status() const noexcept {
        return routing::first_not_active(inet_status(), mail_status());
    }
    std::int64_t quota_bytes() const noexcept { return number(2); } ///< of a user without one
    std::int64_t quota_messages() const noexcept { return number(3); }
    std::int64_t disk_quota() const noexcept { return number(4); } ///< of the whole domain
    std::int64_t message_quota() const noexcept { return number(5); }
    std::int64_t sequence() const noexcept {
        return number(6);
    } ///< of the transaction that last rebuilt it
    std::string_view name() const noexcept { return text(0); }
    std::string_view alias_of() const noexcept {
        return text(1);
    } ///< canonical domain, or empty: it is one
    std::string_view base_dn() const noexcept { return text(2); } ///< normalised
    std::vector<std::string_view>
    node_dns() const; ///< normalised; the first one is the domain's own
    std::string_view services() const noexcept { return text(4); }
    std::string_view uid_separator() const noexcept { return text(5); }
    std::string_view catch_all() const noexcept { return text(6); }
    std::string_view smart_host() const noexcept { return text(7); }
    std::string_view routing_hosts() const noexcept { return text(8); } ///< one a line
    std::string_view postmaster() const noexcept { return text(9); }
    std::string_view state_dn() const noexcept { return text(10); } ///< where the status comes from
    std::string_view state_attribute() const noexcept { return text(11); }
};

struct domain_fields {
    state inet_status = state::active, mail_status = state::active;
    std::int64_t quota_bytes = routing::quota_default, quota_messages = routing::quota_default;
    std::int64_t disk_quota = routing::quota_default, message_quota = routing::quota_default,
                 sequence = 0;
    std::string name, alias_of, base_dn, node_dns, services, uid_separator, catch_all, smart_host,
        routing_hosts, postmaster, state_dn, state_attribute;
    std::string encode() const;
};

class route_view : public flat_view {
public:
    using flat_view::flat_view;
    std::int32_t kind() const noexcept {
        return static_cast<std::int32_t>(number(0));
    } ///< WP_ROUTE_*
    state status() const noexcept { return static_cast<state>(number(1)); }
    std::int64_t quota_bytes() const noexcept { return number(2); }
    std::int64_t quota_messages() const noexcept { return number(3); }
    std::string_view domain() const noexcept { return text(0); }
    std::string_view target() const noexcept { return text(1); }
    std::string_view channel() const noexcept { return text(2); }
    std::string_view catch_all() const noexcept { return text(3); }
    std::string_view smart_host() const noexcept { return text(4); }
    std::string_view origin() const noexcept { return text(5); }
    std::string_view attribute() const noexcept { return text(6); }
    std::string_view generator() const noexcept { return text(7); }
    std::string_view routing_hosts() const noexcept { return text(8); }
    std::string_view postmaster() const noexcept { return text(9); }
    std::string_view state_dn() const noexcept { return text(10); }
    std::string_view state_attribute() const noexcept { return text(11); }
};
/// `domain` may be invalid: a row that does not come from the directory.
std::string encode_route(const wp_route& row, const domain_view& domain,
                         std::string_view generator);

/// A row of the alias table (by address) and of the account table (by uid@domain). What repeats the
/// address or the DN is not stored twice ("=", empty): a smaller row is a flatter tree, and there
/// is one a user.
class account_view : public flat_view {
public:
    using flat_view::flat_view;
    std::int32_t kind() const noexcept {
        return static_cast<std::int32_t>(number(0));
    }                                                                       ///< WP_ALIAS_*
    state status() const noexcept { return static_cast<state>(number(1)); } ///< of the entry alone
    std::int64_t delivery() const noexcept { return number(2); }
    std::int64_t quota_bytes() const noexcept { return number(3); } ///< or quota_default
    std::int64_t quota_messages() const noexcept { return number(4); }
    std::int64_t sequence() const noexcept { return number(5); }
    std::string_view address() const noexcept { return text(0); }
    /// "ann@example.com"; empty: not a user.
    std::string_view account() const noexcept { return text(1) == "=" ? address() : text(1); }
    std::string_view dn() const noexcept { return text(2); }  ///< as written
    std::string_view key() const noexcept { return text(3); } ///< of a group's entry
    std::string_view target() const noexcept { return text(4); }
    std::string_view mail_host() const noexcept { return text(5); }
    std::string_view forwards() const noexcept { return text(6); } ///< one a line
    std::string_view origin() const noexcept { return text(7).empty() ? dn() : text(7); }
    std::string_view attribute() const noexcept { return text(8); }
    std::string_view generator() const noexcept { return text(9); }
    std::string_view services() const noexcept { return text(10); }
    std::string_view state_attribute() const noexcept { return text(11); }
    /// Canonical.
    std::string_view domain() const noexcept {
        const auto at = account().rfind('@');
        return at == std::string_view::npos ? text(12) : account().substr(at + 1);
    }
    /// Primary address, as written.
    std::string_view mail() const noexcept { return text(13) == "=" ? address() : text(13); }
};

class entry_view;
/// A row for `address` from its entry (may be invalid: a row that does not come from the
/// directory).
std::string encode_account(const wp_alias& row, const entry_view& entry, std::string_view key,
                           std::string_view domain, std::string_view generator);

} // namespace waypost::kernel::directory
