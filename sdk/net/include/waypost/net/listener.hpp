// SPDX-License-Identifier: Apache-2.0
// Accepts connections on a listening descriptor that the host opened (wp.host.listen) and spreads
// them evenly over the io threads: each new connection goes to the thread with the fewest, which is
// the accepting one when it is among them (no wake-up then).
#pragma once

#include <waypost/net/io_pool.hpp>
#include <waypost/result.hpp>

#include <functional>
#include <memory>
#include <string>

namespace waypost::net {

struct listener_options {
    session_factory make_session;
    std::shared_ptr<admission> limits;      // may be shared with other listeners; null: none
    std::shared_ptr<tls_slot> implicit_tls; // null: the session may start_tls()
    /// [io thread] A connection over a limit: the octets to send before it is closed ("421
    /// ...\r\n").
    std::function<std::string(const address& peer, admission::verdict why)> on_refused;
    /// [io thread] accept failed for want of descriptors or memory; accepting pauses. For the log.
    std::function<void(int error_number)> on_accept_error;
};

/// *thread-safe*
class listener {
public:
    /// Takes the descriptor over and starts accepting. `thread` is the index of the accepting io
    /// thread.
    static result<std::unique_ptr<listener>> adopt(io_pool& pool, int fd, listener_options options,
                                                   std::size_t thread = 0);
    /// Stops accepting; connections stay. Connections still in the kernel's queue wait for the next
    /// owner of the endpoint.
    ~listener();
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    /// Stops accepting; idempotent.
    void close();
    address local() const { return local_; }

private:
    class impl;
    explicit listener(std::shared_ptr<impl> impl, address local);
    std::shared_ptr<impl> impl_;
    address local_;
};

} // namespace waypost::net
