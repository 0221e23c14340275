// SPDX-License-Identifier: Apache-2.0
// The transfer unit: accepts, queues, delivers, retries. The daemon makes it before the plugins
// (they ask for its services in their constructors), opens the log once the plugins exist (they
// replay their records), and starts it when the plugins have started.
//
//   transfer_unit unit(options, router);
//   ... create plugins with unit.services(); unit.add(channel), unit.add(store),
//   unit.attach(consumer) ... unit.open(log options); ... start plugins ...; unit.start(); ...
//   unit.drain(); stop plugins; unit.stop();
#pragma once

#include "transfer/context.hpp"
#include "transfer/journal.hpp"
#include "transfer/scheduler.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace waypost::kernel::transfer {

/// Thread-safe after open().
class transfer_unit {
public:
    transfer_unit(options settings, const routing::router& router);
    ~transfer_unit();
    transfer_unit(const transfer_unit&) = delete;
    transfer_unit& operator=(const transfer_unit&) = delete;

    /// Service id and vtable, for the plugin host's registry.
    static std::vector<std::pair<std::string_view, const void*>> services();

    // Before open().
    void add(channel_ref channel) { unit_.channels.add(std::move(channel)); }
    void add(store_ref store) { unit_.channels.add(std::move(store)); }
    result<void> attach(const std::string& instance, const wp_host* host,
                        const wp_journal_consumer* facet, void* self) {
        return journal_.attach(instance, host, facet, self);
    }
    /// Recovers the log and replays it to the queue and to the attached plugins.
    result<void> open(log::options settings);

    /// Accepts messages.
    void start();
    /// Tries what is due: when the channels have started.
    void start_deliveries() { scheduler_.start(); }
    /// Starts no further delivery: before the channels end.
    void hold_deliveries() { scheduler_.hold(); }
    /// Accepts nothing new; true when nothing is under way any more.
    bool drain(std::chrono::steady_clock::time_point deadline);
    /// Ends all threads of the unit and writes checkpoints. Plugins are stopped by then.
    void stop();

    queue& queued() noexcept { return *unit_.queue; }
    const queue& queued() const noexcept { return *unit_.queue; }
    context& parts() noexcept { return unit_; }
    log::stats log_counters() const { return log_->counters(); }
    scheduler& deliveries() noexcept { return scheduler_; }

private:
    void maintain();

    context unit_;
    journal journal_;
    std::unique_ptr<log::message_log> log_;
    scheduler scheduler_;

    std::mutex mutex_;
    bool stopping_ = false;
    bool checkpoint_wanted_ = false;
    std::thread keeper_;
    std::condition_variable keep_;
};

} // namespace waypost::kernel::transfer
