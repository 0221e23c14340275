// SPDX-License-Identifier: Apache-2.0
// Which server is asked: the first of the list that is not known to be away. libldap's own
// failover is not used; it cannot remember.
#pragma once

#include "connection.hpp"

#include <mutex>

namespace waypost::ldap {

/// Thread-safe.
class servers {
public:
    explicit servers(const settings& with) : settings_(with), away_(with.servers.size()) {}

    /// A connection to the best server that answers; one that did not is asked last for
    /// `server_pause`. The error is that of the last one asked.
    result<connection> open(identity as);

private:
    std::vector<std::size_t> order() const;

    const settings& settings_;
    mutable std::mutex mutex_;
    std::vector<clock::time_point> away_; ///< until then
};

} // namespace waypost::ldap
