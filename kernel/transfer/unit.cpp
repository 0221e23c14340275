// SPDX-License-Identifier: Apache-2.0
#include "transfer/unit.hpp"

#include "transfer/delivery.hpp"
#include "transfer/services.hpp"

namespace waypost::kernel::transfer {

namespace {

constexpr auto pause_after_failure = std::chrono::seconds(1);
constexpr auto longest_sleep = std::chrono::seconds(60); // the wall clock may be set meanwhile

} // namespace

transfer_unit::transfer_unit(options settings, const routing::router& router)
    : unit_(std::move(settings)), journal_(unit_.settings.state / "consumers") {
    unit_.router = &router;
    set_current(&unit_, &journal_);
}

transfer_unit::~transfer_unit() {
    stop();
    set_current(nullptr, nullptr);
}

std::vector<std::pair<std::string_view, const void*>> transfer_unit::services() {
    return {{WP_HOST_INGRESS, &ingress_service},
            {WP_HOST_JOBS, &jobs_service},
            {WP_HOST_JOURNAL, &journal_service},
            {WP_HOST_MESSAGES, &messages_service},
            {WP_HOST_STORE, &store_service}};
}

result<void> transfer_unit::open(log::options settings) {
    auto table = queue_table::open(unit_.settings.state / "queue", unit_.settings.queue_map_bytes);
    if (!table)
        return table.failure();
    unit_.queue = std::make_unique<queue>(std::move(*table));
    unit_.queue->on_change([this] { wake(); });
    unit_.queue->on_checkpoint_wanted([this] {
        const std::lock_guard lock(mutex_);
        checkpoint_wanted_ = true;
        keep_.notify_one();
    });
    auto consumers = journal_.consumers();
    consumers.push_back(unit_.queue.get());
    auto opened = log::message_log::open(std::move(settings), consumers);
    if (!opened)
        return opened.failure();
    log_ = std::move(*opened);
    unit_.log = log_.get();
    journal_.log = log_.get();
    log_->start();
    return {};
}

void transfer_unit::start() {
    scheduler_ = std::thread([this] { schedule(); });
    keeper_ = std::thread([this] { maintain(); });
    unit_.accepting = true;
}

bool transfer_unit::drain(std::chrono::steady_clock::time_point deadline) {
    unit_.accepting = false;
    std::unique_lock lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
    return wake_.wait_until(lock, deadline, [this] { return under_way_.empty(); });
}

void transfer_unit::stop() {
    unit_.accepting = false;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
        keep_.notify_all();
    }
    for (auto* thread : {&scheduler_, &keeper_})
        if (thread->joinable())
            thread->join();
    if (!log_)
        return;
    if (unit_.queue->checkpoint())
        log_->checkpointed();
    log_->stop();
    unit_.log = nullptr;
    journal_.log = nullptr;
    log_.reset();
}

void transfer_unit::wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    wake_.notify_one();
}

void transfer_unit::schedule() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        woken_ = false;
        const auto running = under_way_;
        lock.unlock();
        const auto room = unit_.settings.max_jobs;
        const auto now = unit_.settings.now();
        auto due = unit_.queue->due(now, room + running.size());
        std::erase_if(due, [&](auto id) { return running.contains(id); });
        const auto earliest = unit_.queue->earliest();
        lock.lock();
        for (const auto id : due)
            if (!stopping_ && under_way_.size() < room && under_way_.insert(id).second) {
                lock.unlock();
                launch(id);
                lock.lock();
            }
        auto sleep = std::chrono::nanoseconds(longest_sleep);
        if (earliest && under_way_.empty())
            sleep = std::clamp(std::chrono::nanoseconds(*earliest - now),
                               std::chrono::nanoseconds(0), sleep);
        if (earliest && !under_way_.empty() && *earliest > now)
            sleep = std::min(sleep, std::chrono::nanoseconds(*earliest - now));
        const auto until = std::max(std::chrono::steady_clock::now() + sleep, not_before_);
        wake_.wait_until(lock, until, [this] {
            return stopping_ || (woken_ && std::chrono::steady_clock::now() >= not_before_);
        });
    }
}

void transfer_unit::launch(log::message_id id) {
    auto what = unit_.queue->find(id);
    if (!what) {
        ended(id, true);
        return;
    }
    auto* work = new attempt(unit_, id, std::move(*what),
                             [this](log::message_id of, bool worked) { ended(of, worked); });
    unit_.settings.run_on_worker([work] { work->run(); });
}

void transfer_unit::ended(log::message_id id, bool worked) {
    const std::lock_guard lock(mutex_);
    under_way_.erase(id);
    if (!worked)
        not_before_ = std::chrono::steady_clock::now() + pause_after_failure;
    woken_ = true;
    wake_.notify_all();
}

/// Checkpoints of the queue: after many changes, or some time after the first.
void transfer_unit::maintain() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        keep_.wait_for(lock, unit_.settings.checkpoint_interval,
                       [this] { return stopping_ || checkpoint_wanted_; });
        const bool wanted = std::exchange(checkpoint_wanted_, false);
        lock.unlock();
        if (wanted || unit_.queue->changes() != 0)
            if (unit_.queue->checkpoint())
                log_->checkpointed();
        lock.lock();
    }
}

} // namespace waypost::kernel::transfer
