// SPDX-License-Identifier: Apache-2.0
// All that goes out of an instance: connections by next hop, kept for the next message, and the
// deliveries that wait for one. How many messages go to one destination at once is the kernel's
// decision; the limits here protect the process.
#pragma once

#include "client/delivery.hpp"
#include "client/settings.hpp"

#include <waypost/abi/draft/dns.h>
#include <waypost/logger.hpp>
#include <waypost/net/connection.hpp>
#include <waypost/net/io_pool.hpp>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace waypost::smtp::client {

/// A session's place: how the outbound reaches it while it is idle. Guarded by the outbound's
/// mutex.
struct seat {
    std::string hop;
    net::connection_ref connection;
    std::unique_ptr<delivery> given;
};

/// *thread-safe*
class outbound : public std::enable_shared_from_this<outbound> {
public:
    outbound(const wp_host* host, const wp_host_jobs* jobs, const wp_host_resolver* resolver,
             logger lines, net::io_pool& pool);

    void set(std::shared_ptr<const settings> next);
    std::shared_ptr<const settings> current() const;

    /// [worker] WP_PENDING always: the delivery reports.
    wp_status deliver(const wp_job* job, wp_done done);
    /// No new connections; what waits is reported. Sessions end by themselves or with the pool.
    void drain();

    // For sessions and openings.
    /// A free session: the next delivery of its hop, or null: it is remembered as idle.
    std::unique_ptr<delivery> next(const std::shared_ptr<seat>& of);
    /// An idle session was woken: what it was given; null when it is idle still.
    std::unique_ptr<delivery> given(seat& to);
    /// A session goes. What it was given and never saw is returned to the line.
    void leave(const std::shared_ptr<seat>& of);
    /// No connection came about: `why` for the delivery and, when its hop has no other connection,
    /// for all that wait with it.
    void failed(const std::string& hop, std::unique_ptr<delivery> of, const error& why,
                std::uint32_t flags);
    /// Once more, on a new connection.
    void again(const std::string& hop, std::unique_ptr<delivery> of);

    const wp_host* const host;
    const wp_host_resolver* const resolver; // null: literal addresses only
    const logger log;
    net::io_pool& pool;

private:
    struct hop_state {
        std::deque<std::unique_ptr<delivery>> waiting;
        std::vector<std::shared_ptr<seat>> idle;
        std::size_t open = 0;
    };
    void place(const std::string& hop, std::unique_ptr<delivery> what);
    void open(const std::string& hop, std::unique_ptr<delivery> what);
    /// A connection is gone: whoever waits longest gets its place.
    void give_up_place(const std::string& hop);
    void forget_if_empty(std::map<std::string, hop_state>::iterator at);

    const wp_host_jobs* const jobs_;
    mutable std::mutex mutex_;
    std::shared_ptr<const settings> settings_;
    std::map<std::string, hop_state> hops_;
    std::deque<std::string> hungry_; // hops that wait for room in the total
    std::size_t open_ = 0;
    bool draining_ = false;
};

} // namespace waypost::smtp::client
