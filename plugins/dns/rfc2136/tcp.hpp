// SPDX-License-Identifier: Apache-2.0
// One DNS message there and one back over TCP (RFC 7766), within a deadline.
#pragma once

#include <waypost/result.hpp>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace waypost::dns {

struct server_address {
    std::string host; ///< an IP address
    std::uint16_t port = 53;
};

/// Blocks at most until the timeout; every failure is WP_TEMPFAIL with the server's address.
result<std::vector<std::uint8_t>> exchange(const server_address& server,
                                           std::span<const std::uint8_t> message,
                                           std::chrono::nanoseconds timeout);

} // namespace waypost::dns
