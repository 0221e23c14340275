// SPDX-License-Identifier: Apache-2.0
// Delivery into mailboxes: a job's recipients become deliveries to the store that the host names
// for each account. With a journal store it takes part in the group that accepts the message; from
// the queue it delivers later.
#pragma once

#include <waypost/abi/draft/channel.h>
#include <waypost/abi/draft/store.h>

#include <atomic>
#include <string>
#include <vector>

namespace waypost::mailbox {

/// *thread-safe*
class mailbox_channel {
public:
    explicit mailbox_channel(const wp_host* host);

    void set_delivered_to(bool on) noexcept { delivered_to_ = on; }
    wp_status stage(wp_group* group, const wp_job& job, wp_error* results); // [commit]
    wp_status deliver(const wp_job& job, wp_error* why, wp_done done);      // [worker]

private:
    /// The arrays of one call; reused, so that a delivery allocates nothing.
    struct batch {
        std::vector<wp_delivery> deliveries;
        std::vector<std::uint64_t> recipients; // index in the job, in step
        std::string prefixes;
    };
    struct queued;

    void fill(batch& to, const wp_job& job) const;
    void report(const queued& of, wp_status status, const wp_error* why) const;

    const wp_host* host_;
    const wp_host_store* stores_;
    const wp_host_jobs* jobs_;
    std::atomic<bool> delivered_to_{false};
};

} // namespace waypost::mailbox
