// SPDX-License-Identifier: Apache-2.0
// Settings of the transfer unit; the names are those of the [transfer] section of the
// configuration.
#pragma once

#include "transfer/schedule.hpp"

#include <waypost/result.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::transfer {

struct options {
    std::filesystem::path state; // holds queue/
    std::size_t message_size_limit = std::size_t{50} << 20U;
    std::size_t ingest_budget = std::size_t{64} << 20U;
    std::size_t max_recipients = 1'000;
    std::uint32_t max_hops = 50; // Received: fields
    std::size_t max_transactions = 20'000;
    std::size_t max_jobs = 1'000;             // deliveries from the queue under way at once
    std::size_t destination_concurrency = 20; // of them to one destination
    /// Waits after a destination could not be reached, one after the other; the last one repeats.
    std::vector<std::chrono::milliseconds> destination_pauses{
        std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::minutes(15)};
    std::chrono::seconds delay_warning = std::chrono::hours(4); // zero: none
    std::string hostname = "localhost";                         // in reports
    std::string postmaster;             // gets what cannot be returned; empty: nobody
    std::size_t returned_size = 64'000; // of a message in a report; a larger one: its header
    bool overquota_permanent = false;
    retry_schedule retry;
    std::uint64_t trace_bytes = std::uint64_t{256} << 20U; // 0: no trace
    std::size_t checkpoint_records = 10'000;
    std::chrono::milliseconds checkpoint_interval{5000};
    std::size_t queue_map_bytes = std::size_t{16} << 30U;

    /// Runs a task that may block on a worker.
    std::function<void(std::function<void()>)> run_on_worker;
    /// Unix time in nanoseconds; replaced by tests.
    std::function<std::int64_t()> now;
    /// Asks the directory about an address that the cache does not know; the answer comes once,
    /// on a worker. Not set: what the cache says counts.
    std::function<void(std::string_view address, std::function<void(wp_status)> then)> confirm;
    /// The same, waiting.
    std::function<wp_status(std::string_view address)> look_up;
    /// Asks whether a domain that nobody has defined is to be ours (R7.2): WP_OK, it is now;
    /// WP_TEMPFAIL, later perhaps. WP_PENDING: `then` is told, once, on any thread. Not set: no
    /// domain becomes ours.
    std::function<wp_status(const std::string& domain, const std::string& client,
                            const std::string& sender, std::function<void(wp_status)> then)>
        define;
    /// Told what happened to messages (WP_LOG_* level).
    std::function<void(std::int32_t level, std::string_view text, std::span<const wp_pair> fields)>
        log = [](std::int32_t, std::string_view, std::span<const wp_pair>) {};
};

} // namespace waypost::kernel::transfer
