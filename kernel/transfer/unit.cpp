// SPDX-License-Identifier: Apache-2.0
#include "transfer/unit.hpp"

#include "transfer/services.hpp"

namespace waypost::kernel::transfer {

transfer_unit::transfer_unit(options settings, const routing::router& router)
    : unit_(std::move(settings)), journal_(unit_.settings.state / "consumers"), scheduler_(unit_) {
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
    unit_.events =
        std::make_unique<trace>(unit_.settings.state / "trace", unit_.settings.trace_bytes);
    unit_.queue = std::make_unique<queue>(std::move(*table));
    unit_.queue->on_change([this](std::vector<index_row> rows, std::int64_t timer_ns) {
        scheduler_.changed(std::move(rows), timer_ns);
    });
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
    keeper_ = std::thread([this] { maintain(); });
    unit_.accepting = true;
}

bool transfer_unit::drain(std::chrono::steady_clock::time_point deadline) {
    unit_.accepting = false;
    return scheduler_.drain(deadline);
}

void transfer_unit::stop() {
    unit_.accepting = false;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        keep_.notify_all();
    }
    scheduler_.stop();
    if (keeper_.joinable())
        keeper_.join();
    if (!log_)
        return;
    if (unit_.queue->checkpoint())
        log_->checkpointed();
    log_->stop();
    unit_.log = nullptr;
    journal_.log = nullptr;
    log_.reset();
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
