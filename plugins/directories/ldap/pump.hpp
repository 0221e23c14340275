// SPDX-License-Identifier: Apache-2.0
// A full read on two threads: one reads entries from the server, the caller's own gives them to the
// feed, which wants one thread for the whole transaction. A few batches go round between them.
#pragma once

#include "entries.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace waypost::ldap {

using batch_pointer = std::unique_ptr<entry_batch>;

/// Between one reader and one writer; each function says whose it is.
class batch_pump {
public:
    explicit batch_pump(LDAP* handle);

    /// The reader's: hands a batch over and gets an empty one, or the error of the writer.
    result<batch_pointer> swap(batch_pointer full);
    /// The writer's: runs `read` on a thread of its own and `write` here for each batch, until both
    /// have ended. The first error of either is the outcome.
    result<void> run(const std::function<result<void>()>& read,
                     const std::function<result<void>(entry_batch&)>& write);

private:
    void end(const result<void>& outcome);

    std::mutex mutex_;
    std::condition_variable moved_;
    std::deque<batch_pointer> full_, empty_;
    result<void> outcome_;
    bool ended_ = false;
};

} // namespace waypost::ldap
