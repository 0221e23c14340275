// SPDX-License-Identifier: Apache-2.0
// What the parts of the transfer unit share. Constant after start; each part locks for itself.
#pragma once

#include "log/message_log.hpp"
#include "routing/router.hpp"
#include "transfer/budget.hpp"
#include "transfer/channels.hpp"
#include "transfer/options.hpp"
#include "transfer/queue.hpp"
#include "transfer/staging.hpp"
#include "transfer/trace.hpp"

#include <atomic>

namespace waypost::kernel::transfer {

struct context {
    options settings;
    channel_table channels;
    const routing::router* router = nullptr;
    log::message_log* log = nullptr;
    std::unique_ptr<transfer::queue> queue;
    ingest_budget budget;
    stager staging; // [commit]
    std::unique_ptr<trace> events;
    std::atomic<std::size_t> transactions{0};
    std::atomic<bool> accepting{false};

    struct {
        std::atomic<std::uint64_t> accepted{0}, refused{0}, delivered{0}, deferred{0}, failed{0};
    } counters;

    explicit context(options from)
        : settings(std::move(from)), budget(settings.ingest_budget),
          staging(channels, settings.overquota_permanent) {}
};

} // namespace waypost::kernel::transfer
