// SPDX-License-Identifier: Apache-2.0
// Connections for short questions, a bounded number of them, kept for the next one. Look-ups and
// logins have a pool each: a bind changes who a connection is, and a storm of logins must not hold
// up mail.
#pragma once

#include "servers.hpp"

#include <condition_variable>
#include <functional>
#include <optional>

namespace waypost::ldap {

/// Thread-safe.
class pool {
public:
    pool(servers& of, identity as, std::size_t most, std::chrono::milliseconds patience)
        : servers_(of), as_(as), most_(most), patience_(patience) {}

    /// Runs `call` with a connection that nobody else has. A kept connection may have died since:
    /// then once more with a new one, so `call` must be repeatable. WP_TEMPFAIL: none came free in
    /// time.
    result<void> run(const std::function<result<void>(connection&)>& call);
    /// Who waits is answered WP_STOPPING.
    void stop();

private:
    result<void> enter();
    void leave(std::optional<connection> kept);
    std::optional<connection> take();

    servers& servers_;
    const identity as_;
    const std::size_t most_;
    const std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<connection> idle_;
    std::size_t used_ = 0;
    bool stopping_ = false;
};

} // namespace waypost::ldap
