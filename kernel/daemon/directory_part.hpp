// SPDX-License-Identifier: Apache-2.0
// Keeps the directory cache filled from the configured backends: a full read where the cache has
// none, then the live watch, or a poll where the backend has no watch; a backend that is away is
// asked again, later and later.
#pragma once

#include "directory/cache.hpp"
#include "directory/feed.hpp"
#include "host/instance.hpp"
#include "host/log.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace waypost::kernel::daemon {

/// Thread-safe.
class directory_part {
public:
    struct schedule {
        std::chrono::milliseconds retry;       ///< of a backend that is away
        std::chrono::milliseconds incremental; ///< of one that reports no changes
        std::chrono::milliseconds full;
    };
    directory_part(directory::cache& cache, host::log_output& log, schedule times);
    ~directory_part();
    directory_part(const directory_part&) = delete;
    directory_part& operator=(const directory_part&) = delete;

    /// A backend that was started; from now on it is read and watched on a thread of its own.
    result<void> connect(host::instance& backend);
    /// False: some backend was not read within the time. The daemon goes on; unknown recipients get
    /// 4xx meanwhile.
    bool wait_complete(std::chrono::milliseconds patience);
    /// Told the backend and how many entries it gave so far; called by one thread at a time.
    using progress = std::function<void(const std::string& backend, std::uint64_t entries)>;
    /// All backends, or the one that owns the base where there is one (`waypost sync`): `kind` is a
    /// WP_READ_*. Returns when the readers see it.
    result<void> synchronise(std::int32_t kind, const std::string& base, const progress& tell);
    /// Before the plugins drain: what they still push is answered WP_STOPPING.
    void close_feeds();
    /// Before the plugins stop.
    void stop();

private:
    struct link {
        host::instance* backend = nullptr;
        const wp_directory* facet = nullptr;
        std::unique_ptr<directory::feed> feed;
        std::thread thread;
    };

    void follow(link& on);
    result<void> fill(link& on, std::int32_t kind, std::string_view base = {});
    bool watch(link& on);
    bool pause(std::chrono::milliseconds time);

    directory::cache& cache_;
    host::log_output& log_;
    const schedule times_;
    std::vector<std::unique_ptr<link>> links_;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
};

} // namespace waypost::kernel::daemon
