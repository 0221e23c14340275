// SPDX-License-Identifier: Apache-2.0
// What may be done in the name of an account: the one place that decides (R4.5). Administrators of
// a domain manage its users and groups and little of the domain itself, and no other domain; a user
// changes what is his own. Nobody widens what the operator gave: services, quota, state; nobody
// takes an address of another domain or leads mail past the domain. The control socket asks here,
// and every other door must.
#pragma once

#include "directory/admin.hpp"

#include <set>

namespace waypost::kernel::directory {

enum class subject { domain, user, group };
enum class action { list, show, add, set, remove, password };

struct actor {
    std::string account;           ///< "ann@example.com"
    std::set<std::string> domains; ///< canonical, that it administers
};

struct wish {
    subject what = subject::user;
    action how = action::show;
    std::string name; ///< domain, or address of the user or group; of a list: domain, or empty
    std::vector<attribute_change> changes;
};

/// Thread-safe. Nothing is kept: who administers what is read at each question.
class delegation {
public:
    explicit delegation(const cache& of) : cache_(of) {}

    /// WP_DENIED: there is no such account, or it may not log in.
    result<actor> find(std::string_view account) const;
    /// WP_DENIED with the reason.
    result<void> allows(const actor& who, const wish& wanted) const;

private:
    const cache& cache_;
};

} // namespace waypost::kernel::directory
