// SPDX-License-Identifier: Apache-2.0
#include "servers.hpp"

#include <algorithm>
#include <numeric>

namespace waypost::ldap {

std::vector<std::size_t> servers::order() const {
    std::vector<std::size_t> out(settings_.servers.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
    const auto now = clock::now();
    const std::lock_guard lock(mutex_);
    std::stable_partition(out.begin(), out.end(), [&](auto i) { return away_[i] <= now; });
    return out;
}

result<connection> servers::open(identity as) {
    error last{WP_TEMPFAIL, "no directory server is configured"};
    for (const auto i : order()) {
        auto made = connection::open(settings_, settings_.servers[i], as);
        const std::lock_guard lock(mutex_);
        if (made) {
            away_[i] = {};
            return made;
        }
        away_[i] = clock::now() + settings_.server_pause;
        last = made.failure();
        // The same for every server that tells the truth, and no reason to give up mail.
        if (last.status == WP_DENIED || last.status == WP_NOT_FOUND)
            last.status = WP_TEMPFAIL;
    }
    return last;
}

} // namespace waypost::ldap
