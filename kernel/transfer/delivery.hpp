// SPDX-License-Identifier: Apache-2.0
// One attempt to deliver what is left of a queued message. Recipients are routed anew (the tables
// may have changed). Channels that work outside the log deliver first and report; then one group
// holds the local deliveries and the queue's new entry, so that both happen or neither.
#pragma once

#include "log/operation.hpp"
#include "transfer/context.hpp"

#include <functional>
#include <mutex>
#include <vector>

namespace waypost::kernel::transfer {

/// Deletes itself behind `ended`. run() on a worker, prepare() and done() on the committer,
/// report() anywhere.
class attempt final : public log::operation {
public:
    attempt(context& unit, log::message_id id, envelope what,
            std::function<void(log::message_id, bool)> ended);

    void run();
    /// What a channel says of one recipient of its job.
    static void report(const wp_job& job, const wp_job_report& what);

    result<void> prepare(log::group& into) override;
    void done(const result<void>& outcome, log::position at) override;

private:
    struct remote_job; // recipients of one channel and next hop
    void route_all();
    void route(std::size_t index);
    routing::decision decide(const std::string& address) const;
    void start_remote();
    void report(remote_job& job, const wp_job_report& what);
    void hand_over(std::size_t index, const wp_error* why);
    void add_remote(std::size_t index, const channel_ref& channel);
    void prepare_jobs();
    void deliver(remote_job& job);
    std::int64_t expires_ns() const;
    void finish_part();
    void submit();
    void settle(recipient& to, const outcome& fate) const;
    void write_entry(log::group& into);
    void end(bool worked);

    context& unit_;
    log::message_id id_;
    envelope envelope_;
    std::function<void(log::message_id, bool)> ended_;
    std::vector<outcome> fates_; // by recipient; decided before the group or by a remote channel
    std::vector<std::unique_ptr<remote_job>> remote_;
    std::vector<std::size_t> handed_; // recipients whose channel took them over for good
    std::mutex mutex_;                // fates_, handed_ and parts_ while channels report
    std::size_t parts_ = 1;
    std::vector<outcome> final_;   // [commit]
    std::vector<recipient> after_; // [commit] as the queue gets them
    std::uint64_t size_ = 0;       // [commit]
    std::int64_t now_ = 0;
};

} // namespace waypost::kernel::transfer
