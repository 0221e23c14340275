// SPDX-License-Identifier: Apache-2.0
// The message log: the only commit point of the platform (R3.1). Queue and stores submit
// operations; what an operation puts into its group is durable when it is told so, and none of it
// is when it is told otherwise.
//
//   submit -> [committer: prepare, write, sync, apply, done] -> consumers' checkpoints ->
//   compaction
#pragma once

#include "log/committer.hpp"
#include "log/compaction.hpp"
#include "log/consumer.hpp"
#include "log/large_message.hpp"
#include "log/message_index.hpp"
#include "log/operation.hpp"
#include "log/options.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

namespace waypost::kernel::log {

/// Thread-safe.
class message_log {
public:
    /// Recovers and replays to the consumers, which must outlive the log. Fails rather than losing
    /// anything.
    static result<std::unique_ptr<message_log>> open(options settings,
                                                     std::span<consumer* const> consumers);
    ~message_log();

    void start();
    /// Commits what was accepted, writes a last checkpoint of the index, ends the threads.
    void stop();

    /// WP_PENDING: accepted, done() will be called. WP_BUSY, WP_TEMPFAIL, WP_STOPPING: it will not;
    /// `why` says more.
    wp_status submit(operation& work, error* why = nullptr) {
        return committer_->submit(work, why);
    }
    /// A file to stream a large message into, before the operation that names it.
    result<large_message> create_large() {
        return large_message::create(settings_.directory, index_->next_message()++);
    }
    message_index& messages() noexcept { return *index_; }
    stats counters() const { return committer_->counters(); }
    /// Bytes of the torn tail that recovery left out.
    std::uint64_t torn_bytes() const noexcept { return torn_bytes_; }

    /// A consumer wrote a checkpoint.
    void checkpointed() { committer_->checkpointed(); }
    /// Checkpoint of the message index. [any thread that may block]
    result<void> checkpoint_index();
    /// One step of compaction; true when there may be more. [any thread that may block]
    result<bool> compact_once();

private:
    explicit message_log(options settings) : settings_(std::move(settings)) {}
    result<void> recover(std::span<consumer* const> consumers);
    void wake_maintenance();
    void maintain();

    options settings_;
    file lock_;
    std::unique_ptr<message_index> index_;
    std::unique_ptr<committer> committer_;
    std::unique_ptr<compaction> compaction_;
    std::uint64_t torn_bytes_ = 0;
    std::mutex compaction_mutex_;
    std::mutex checkpoint_mutex_;
    std::atomic<position> safe_{0}; // checkpointed by everyone, and the index knows it durably

    std::mutex mutex_;
    std::condition_variable wake_;
    bool woken_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace waypost::kernel::log
