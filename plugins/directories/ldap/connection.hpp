// SPDX-License-Identifier: Apache-2.0
// One connection to one server: opened, secured, bound, with a time limit on everything that
// waits. After a loss it is thrown away; libldap cannot mend a handle.
#pragma once

#include "handles.hpp"
#include "settings.hpp"

#include <chrono>
#include <functional>
#include <span>
#include <string>

namespace waypost::ldap {

using clock = std::chrono::steady_clock;

/// Who a fresh connection becomes.
enum class identity { service, nobody };

/// Single thread. Lives no longer than the settings it was opened with.
class connection {
public:
    static result<connection> open(const settings& with, const std::string& server,
                                   identity as = identity::service);

    LDAP* handle() const noexcept { return handle_.get(); }
    const std::string& server() const noexcept { return server_; }
    /// The socket, to wait for more than one thing at a time.
    int socket() const noexcept;

    /// A simple bind. WP_DENIED: not this password.
    result<void> bind(std::string_view dn, std::string_view password);

    struct search {
        std::string base;
        int scope = LDAP_SCOPE_SUBTREE;
        std::string filter = "(objectClass=*)";
        std::span<const char* const> attributes = {};
        int most = 0; ///< entries; 0: all
    };
    /// An error ends the search.
    using visitor = std::function<result<void>(message entry)>;
    /// In pages (RFC 2696) of `page` entries; 0: all at once.
    result<void> each(const search& wanted, int page, const visitor& visit);

    /// The message id in `id`; `controls` ends with a null.
    result<void> begin_search(const search& wanted, LDAPControl** controls, int& id);
    /// The next message of any search, nothing when there is none within the time.
    result<message> next(clock::duration patience);
    /// Waits for the one answer to an operation that was sent (`code` of sending it).
    result<message> answer(int code, int id, std::string_view doing);
    void abandon(int id) noexcept;

    /// From a result message: its code, what the server said, its controls.
    struct outcome {
        int code = LDAP_SUCCESS;
        std::string diagnostic;
        control_list controls;
    };
    outcome outcome_of(LDAPMessage* from) const;

    bool lost() const noexcept { return lost_; }

private:
    connection(owned<LDAP> handle, std::string server, const settings& with)
        : handle_(std::move(handle)), server_(std::move(server)), settings_(&with) {}
    result<void> secure();
    result<void> set_options();
    result<void> become(identity as);
    error failed(int code, std::string_view doing, std::string_view diagnostic = {});
    result<void> page(const search& wanted, int size, berval& cookie, const visitor& visit);

    owned<LDAP> handle_;
    std::string server_;
    const settings* settings_;
    bool lost_ = false;
};

} // namespace waypost::ldap
