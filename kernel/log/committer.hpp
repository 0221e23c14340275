// SPDX-License-Identifier: Apache-2.0
// The committer thread: takes every operation that waits at this moment, lets it put its records
// into a group, writes and syncs the group, applies it to the consumers and completes the
// operations. While one group syncs the next collects; an idle system waits for nobody.
//
// When a group fails its operations are refused and the log goes on in a new segment; when two in a
// row fail, submit() refuses until one operation, let in as a probe, succeeds.
#pragma once

#include "log/consumer.hpp"
#include "log/message_index.hpp"
#include "log/operation.hpp"
#include "log/options.hpp"
#include "log/recovery.hpp"
#include "log/writer.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace waypost::kernel::log {

struct stats {
    std::uint64_t groups = 0;
    std::uint64_t syncs = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t messages = 0;
    std::uint64_t failed_groups = 0;
    std::uint64_t pending_operations = 0;
    std::uint64_t pending_bytes = 0;
    std::uint64_t tail_bytes = 0; // not yet checkpointed by everyone
    std::uint64_t committer_cpu_ns = 0;
    bool waiting_for_checkpoint = false;
    bool refusing = false;
};

/// Thread-safe.
class committer {
public:
    committer(const options& settings, message_index& index, std::span<consumer* const> consumers,
              const recovered& state, std::function<void()> wake_checkpoints);
    ~committer() { stop(); }

    /// The disk takes no writes at start: submit() refuses until a probe succeeds. Before start().
    void begin_refusing(const error& why);
    void start();
    /// Commits what waits, then ends the thread.
    void stop();
    /// WP_PENDING: done() will be called. Otherwise it will not, and `why` tells.
    wp_status submit(operation& work, error* why);
    void checkpointed();

    stats counters() const;
    floor_list floors() const;
    /// Everything up to here is checkpointed by every consumer but the index.
    static position least(const floor_list& floors);
    writer& tail() noexcept { return writer_; }
    bool under_pressure() const noexcept { return pressure_; }

private:
    using clock = std::chrono::steady_clock;
    struct source {
        consumer* to = nullptr;
        std::atomic<position> last_records{0};
    };
    struct tail_mark {
        position at;
        std::uint64_t bytes;
    };

    void run();
    operation* wait_for_work();
    void doze(std::unique_lock<std::mutex>& hold);
    bool due(clock::time_point now) const;
    bool tail_full(std::unique_lock<std::mutex>& hold);
    operation* take_all();
    void gather(std::unique_lock<std::mutex>& hold);
    void commit(operation* work);
    operation* fill(operation* work);
    void write_group();
    void apply(const placement& at, position sequence);
    void group_failed(const error& why);
    void complete(const result<void>& outcome, position at);
    void finish(operation& one, const result<void>& outcome, position at);
    wp_status refuse(wp_status status, error* why) const;
    void note_tail(position at);
    std::uint64_t tail_bytes();

    const options& settings_;
    message_index& index_;
    std::deque<source> sources_;
    std::vector<std::pair<consumer_id, position>> absent_;
    std::function<void()> wake_checkpoints_;
    writer writer_;

    // The committer thread's own.
    group group_;
    std::vector<operation*> members_;
    std::vector<record_view> views_;
    int failures_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    operation* head_ = nullptr;
    operation* newest_ = nullptr;
    std::size_t queued_ = 0;
    bool any_synced_ = false;
    bool sleeping_ = false;
    bool dozing_ = false; // and looks again by itself
    bool gathering_ = false;
    std::size_t expected_ = 1; // operations that a group may wait for
    unsigned met_ = 0;         // groups in a row that found them
    bool stopping_ = false;
    bool refusing_ = false;
    error refusal_;
    clock::time_point oldest_;
    clock::time_point last_probe_;
    std::deque<tail_mark> tail_; // under mutex_

    std::thread thread_;
    std::atomic<position> position_;
    std::atomic<std::size_t> pending_{0};
    std::atomic<std::size_t> pending_bytes_{0};
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> groups_{0}, messages_{0}, failed_{0}, cpu_ns_{0};
    std::atomic<bool> pressure_{false};
};

} // namespace waypost::kernel::log
