// SPDX-License-Identifier: Apache-2.0
// Threads for calls into plugins that may block: a cap for each instance, so that one slow backend
// does not take them all; a bounded queue; password checks apart from everything else.
#pragma once

#include <waypost/result.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace waypost::kernel::host {

enum class lane { general, authentication };

struct worker_limits {
    unsigned general_threads = 4;
    unsigned authentication_threads = 2;
    unsigned calls_per_instance = 8; ///< at the same time, in each lane
    std::size_t queue = 10'000;      ///< tasks that wait, in each lane
};

/// 0 threads: by the number of processors.
worker_limits worker_limits_for(std::int64_t general, std::int64_t authentication,
                                std::int64_t calls_per_instance);

/// thread-safe.
class worker_pool {
public:
    using task = std::function<void()>;
    /// Told when a task threw: a bug. [worker]
    using fault_function = std::function<void(std::string_view instance, std::string_view what)>;

    explicit worker_pool(const worker_limits& limits, fault_function on_fault = {});
    /// Stops.
    ~worker_pool();
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    /// WP_BUSY when the queue is full, WP_STOPPING after stop; then the task does not run.
    result<void> run(std::string_view instance, task work, lane where = lane::general);
    /// Runs what is queued and ends the threads. Not from a task.
    void stop();
    /// Tasks that wait.
    std::size_t waiting(lane where) const;

private:
    class one_lane;
    std::unique_ptr<one_lane> general_;
    std::unique_ptr<one_lane> authentication_;
};

} // namespace waypost::kernel::host
