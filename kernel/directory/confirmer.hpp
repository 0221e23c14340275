// SPDX-License-Identifier: Apache-2.0
// Asks the directory about an address that the cache does not have, while changes do not arrive
// live: one bounded look-up, shared by everybody who asks for the same address at the time (R5.7).
// What it finds is in the cache before it answers.
#pragma once

#include "directory/backends.hpp"
#include "directory/feed.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace waypost::kernel::directory {

/// False: no room, nothing will run.
using worker_function = std::function<bool(std::function<void()>)>;

/// Thread-safe. Outlives what it started only when the workers were stopped before.
class confirmer {
public:
    /// WP_OK: the directory was asked, decide again (asker.confirmed). WP_TEMPFAIL: it is away.
    using answer = std::function<void(wp_status)>;

    confirmer(cache& into, const backends& of, worker_function run_on_worker,
              std::size_t limit = 256);

    /// Calls `done` once, later, on a worker; at once with WP_TEMPFAIL when there are too many
    /// already.
    void confirm(std::string_view address, answer done);
    /// The same on this thread, which may block.
    wp_status look_up(std::string_view address);

private:
    void run(const std::string& address);

    cache& cache_;
    const backends& backends_;
    worker_function run_on_worker_;
    std::size_t limit_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::vector<answer>> waiting_;
};

} // namespace waypost::kernel::directory
