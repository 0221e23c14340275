// SPDX-License-Identifier: Apache-2.0
// The login flow of every service (R9.2-R9.4): domain active? user active? user within the domain?
// service allowed to both? password valid? One wording for every "no"; the log says which. What
// wp.host.auth/1 does, without the instance.
#pragma once

#include "auth/failure_limit.hpp"
#include "auth/principal.hpp"
#include "directory/backends.hpp"
#include "directory/cache.hpp"
#include "directory/confirmer.hpp"

#include <waypost/abi/draft/auth.h>

#include <functional>
#include <memory>
#include <string>

namespace waypost::kernel::auth {

struct authenticator_options {
    std::string default_domain; ///< of bare names where the host name gives none
    failure_limits limits;
    std::int64_t verified_ttl_ns =
        60'000'000'000; ///< how long a verified password is not checked again; 0: always is
    std::size_t verified_limit = 10'000;
    directory::worker_function run_on_worker; ///< for calls that block
    /// Runs a function after a time; refusals are delayed by it. Not set: they are not.
    std::function<void(std::int64_t delay_ns, std::function<void()>)> after;
    std::function<std::int64_t()> now_ns; ///< monotonic; default: the system's
    std::function<void(std::int32_t level, std::string_view text)> log;
    directory::confirmer* confirm =
        nullptr; ///< for users whom the cache does not know yet; may be null
};

/// Thread-safe. What was begun ends even after destruction.
class authenticator {
public:
    authenticator(const directory::cache& cache, const directory::backends& backends,
                  authenticator_options options);
    ~authenticator();

    /// As wp_host_auth.login.
    wp_status login(const wp_credentials& credentials, wp_principal** principal, wp_error* why,
                    wp_done done);

    /// The other functions of wp_host_auth need no authenticator.
    static void ref(wp_principal* principal) { principal->ref(); }
    static void unref(wp_principal* principal) { principal->unref(); }
    static wp_str account(const wp_principal* principal);

private:
    class attempt;
    struct shared;
    std::shared_ptr<shared> shared_;
};

} // namespace waypost::kernel::auth
