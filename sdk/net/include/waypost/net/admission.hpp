// SPDX-License-Identifier: Apache-2.0
// Counts connections in total and per client network, and says no above a limit. One object is
// shared by all listeners of a plugin instance; each connection gives its place back when it
// closes.
#pragma once

#include <waypost/net/address.hpp>

#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace waypost::net {

/// *thread-safe*
class admission {
public:
    enum class verdict { admitted, too_many_connections, too_many_from_address };

    /// 0 means without a limit. Unix sockets have no address and only count in total.
    admission(std::size_t max_connections, std::size_t max_per_address);

    verdict enter(const address& peer);
    void leave(const address& peer) noexcept;
    /// New limits; connections above them stay until they close by themselves.
    void set_limits(std::size_t max_connections, std::size_t max_per_address);
    std::size_t connections() const;

private:
    mutable std::mutex mutex_;
    std::size_t max_connections_;
    std::size_t max_per_address_;
    std::size_t connections_ = 0;
    std::unordered_map<address, std::size_t, address_hash> per_network_;
};

} // namespace waypost::net
