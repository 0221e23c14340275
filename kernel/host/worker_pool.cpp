// SPDX-License-Identifier: Apache-2.0
// Each instance has a queue; a turn in `ready_` is the right to run one task of it. An instance has
// at most its cap of turns, and the turns take their place at the end again: fair between
// instances.
#include "host/worker_pool.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace waypost::kernel::host {

worker_limits worker_limits_for(std::int64_t general, std::int64_t authentication,
                                std::int64_t calls_per_instance) {
    const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
    worker_limits out;
    out.general_threads = general > 0 ? static_cast<unsigned>(general) : 4 * processors;
    out.authentication_threads =
        authentication > 0 ? static_cast<unsigned>(authentication) : 2 * processors;
    out.calls_per_instance = calls_per_instance > 0 ? static_cast<unsigned>(calls_per_instance) : 8;
    return out;
}

class worker_pool::one_lane {
public:
    one_lane(const char* name, unsigned threads, const worker_limits& limits,
             fault_function on_fault)
        : cap_(limits.calls_per_instance), most_waiting_(limits.queue),
          on_fault_(std::move(on_fault)) {
        for (unsigned i = 0; i < threads; ++i) {
            threads_.emplace_back([this] { work(); });
            ::pthread_setname_np(threads_.back().native_handle(),
                                 fmt::format("{}-{}", name, i).c_str());
        }
    }
    ~one_lane() { stop(); }
    one_lane(const one_lane&) = delete;
    one_lane& operator=(const one_lane&) = delete;

    result<void> run(std::string_view instance, task work) {
        const std::lock_guard lock(mutex_);
        if (stopping_)
            return error{WP_STOPPING, "the daemon is stopping"};
        if (waiting_ >= most_waiting_)
            return error{WP_BUSY, fmt::format("{} calls into plugins wait already", waiting_)};
        auto found = queues_.find(instance);
        if (found == queues_.end())
            found = queues_.try_emplace(std::string(instance)).first;
        auto& queue = found->second;
        queue.tasks.push_back(std::move(work));
        ++waiting_;
        if (queue.turns < cap_) {
            ++queue.turns;
            ready_.push_back(&*found);
            wake_.notify_one();
        }
        return {};
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        for (auto& thread : threads_)
            if (thread.joinable())
                thread.join();
    }

    std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return waiting_;
    }

private:
    struct instance_queue {
        std::deque<task> tasks;
        unsigned turns = 0;
    };
    using queue_map = std::map<std::string, instance_queue, std::less<>>;

    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            wake_.wait(lock, [this] { return !ready_.empty() || stopping_; });
            if (ready_.empty())
                return;
            auto& [name, queue] = *ready_.front();
            auto* const turn = ready_.front();
            ready_.pop_front();
            if (queue.tasks.empty()) {
                --queue.turns;
                continue;
            }
            auto next = std::move(queue.tasks.front());
            queue.tasks.pop_front();
            --waiting_;
            lock.unlock();
            call(name, next);
            next = {}; // what it holds is freed without the lock
            lock.lock();
            ready_.push_back(turn);
        }
    }

    void call(const std::string& name, const task& next) noexcept {
        try {
            next();
        } catch (const std::exception& thrown) {
            if (on_fault_)
                on_fault_(name, thrown.what());
        } catch (...) {
            if (on_fault_)
                on_fault_(name, "an exception of unknown type");
        }
    }

    const unsigned cap_;
    const std::size_t most_waiting_;
    const fault_function on_fault_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    queue_map queues_; // instances are few and stay
    std::deque<queue_map::value_type*> ready_;
    std::size_t waiting_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

worker_pool::worker_pool(const worker_limits& limits, fault_function on_fault)
    : general_(std::make_unique<one_lane>("worker", limits.general_threads, limits, on_fault)),
      authentication_(std::make_unique<one_lane>("auth", limits.authentication_threads, limits,
                                                 std::move(on_fault))) {}

worker_pool::~worker_pool() {
    stop();
}

result<void> worker_pool::run(std::string_view instance, task work, lane where) {
    return (where == lane::general ? general_ : authentication_)->run(instance, std::move(work));
}

void worker_pool::stop() {
    general_->stop();
    authentication_->stop();
}

std::size_t worker_pool::waiting(lane where) const {
    return (where == lane::general ? general_ : authentication_)->waiting();
}

} // namespace waypost::kernel::host
