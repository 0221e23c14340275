// SPDX-License-Identifier: Apache-2.0
// The supervisor: one thread that starts, reloads and stops the parts of the daemon, one after the
// other, so that the event loop never waits for a plugin and no two of these ever meet.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace waypost::kernel::daemon {

/// Thread-safe.
class task_thread {
public:
    task_thread() : thread_([this] { work(); }) {}
    /// Runs what was posted, then ends.
    ~task_thread() {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        ready_.notify_all();
        thread_.join();
    }
    task_thread(const task_thread&) = delete;
    task_thread& operator=(const task_thread&) = delete;

    void post(std::function<void()> task) {
        {
            const std::lock_guard lock(mutex_);
            tasks_.push_back(std::move(task));
        }
        ready_.notify_all();
    }

private:
    void work() {
        for (;;) {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
            if (tasks_.empty()) {
                return;
            }
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
    }

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> tasks_;
    bool ending_ = false;
    std::thread thread_; // last: it uses the others
};

} // namespace waypost::kernel::daemon
