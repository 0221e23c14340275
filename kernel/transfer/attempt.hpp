// SPDX-License-Identifier: Apache-2.0
// One attempt to deliver what is due of one message at one destination. Its recipients are routed
// anew: where the tables changed, they move to their new destination. A channel that works outside
// the log delivers first and reports; then one group holds the local deliveries, the reports and
// the queue's new entry, so that all of it happens or nothing.
#pragma once

#include "log/operation.hpp"
#include "transfer/context.hpp"
#include "transfer/settlement.hpp"

#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace waypost::kernel::transfer {

class attempt;

/// What the scheduler is told. All calls [any], none waits.
class attempt_owner {
public:
    struct transmission {
        bool remote = false;      // a channel worked on it
        bool unreachable = false; // and could not reach the destination
        std::string why;
    };
    /// The channel is done; the group is still to come.
    virtual void transmitted(const attempt& work, transmission how) = 0;
    /// The log refused the group: submit() it again, later. What was decided stays decided.
    virtual void refused(attempt& work) = 0;
    /// `work` is gone behind this call.
    virtual void ended(const attempt& work) = 0;

protected:
    ~attempt_owner() = default;
};

/// Deletes itself behind ended(). run() on a worker, prepare() and done() on the committer,
/// report() anywhere.
class attempt final : public log::operation {
public:
    attempt(context& unit, attempt_owner& owner, std::string destination, log::message_id id);

    void run();
    void submit();
    /// What a channel says of one recipient of its job.
    static void report(const wp_job& job, const wp_job_report& what);

    const std::string& destination() const noexcept { return destination_; }
    log::message_id id() const noexcept { return id_; }

    result<void> prepare(log::group& into) override;
    void done(const result<void>& outcome, log::position at) override;

private:
    enum class course { stage, transmit, decided, moved };
    struct row {
        recipient to;                // as it is led now
        std::vector<recipient> also; // the address leads to these places as well
        course next = course::decided;
        outcome fate;
        bool reported = false;
    };

    bool take_due();
    void route(row& one);
    routing::decision decide(const std::string& address) const;
    void choose(row& one) const;
    void transmit();
    void report(const wp_job_report& what);
    void finish_part();
    void end_transmission();
    void stage(log::group& into);
    void end();

    context& unit_;
    attempt_owner& owner_;
    std::string destination_;
    log::message_id id_;
    std::int64_t now_ = 0;
    envelope envelope_;
    std::uint64_t size_ = 0;
    std::vector<row> rows_;

    const channel_ref* channel_ = nullptr; // of the job
    std::vector<row*> job_rows_;
    std::vector<wp_job_recipient> job_recipients_;
    wp_job job_{};
    std::mutex mutex_; // fates and parts_ while the channel reports
    std::size_t parts_ = 1;

    std::deque<std::string> kept_;          // [commit] text of reports
    std::vector<settlement::event> events_; // [commit]
};

} // namespace waypost::kernel::transfer
