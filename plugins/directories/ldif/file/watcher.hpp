// SPDX-License-Identifier: Apache-2.0
// Waits, on a thread of its own, until somebody closes or replaces a file, or until it is nudged.
// It watches the folder: editors replace files, and the name is what counts.
#pragma once

#include "file/files.hpp"

#include <waypost/result.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace waypost::ldif {

/// Thread-safe after start.
class watcher {
public:
    ~watcher() { stop(); }

    /// Calls `work` on the watcher's thread, with true when the file was closed or replaced; while
    /// it returns false, again after a second.
    result<void> start(const std::string& path, std::function<bool(bool)> work);
    /// One rename to the file's name is our own, no event. Call before it; and after, when it did
    /// not happen.
    void expect_rename() noexcept { ++own_renames_; }
    void forget_rename() noexcept { --own_renames_; }
    /// Lets `work` run soon.
    void nudge() noexcept;
    void stop();

private:
    void run() noexcept;
    struct wake {
        bool work = false;
        bool file = false;
    };
    wake wait(bool again);
    bool concerns_us();
    bool is_ours(std::uint32_t mask);

    std::string name_;
    std::function<bool(bool)> work_;
    descriptor events_;
    descriptor wake_;
    std::atomic<bool> stopping_{false};
    std::atomic<int> own_renames_{0};
    std::thread thread_;
};

} // namespace waypost::ldif
