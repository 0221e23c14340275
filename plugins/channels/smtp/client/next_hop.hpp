// SPDX-License-Identifier: Apache-2.0
// What the routing table says of the next system (channel.h, wp_job.next_hop). Pure.
#pragma once

#include <waypost/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::smtp::client {

struct next_hop {
    enum class kind : std::uint8_t {
        domain,  // "example.org": its MX
        host,    // "[mx.example.org]": its addresses
        address, // "[192.0.2.1]", "[IPv6:2001:db8::1]"
        local    // "unix:/run/lmtp"
    };
    kind what = kind::domain;
    std::string name;       // without brackets, in lower case; of local the path
    std::uint16_t port = 0; // 0: the default
};

/// Brackets around an address of either family, a port behind a colon.
result<next_hop> parse_next_hop(std::string_view text);

} // namespace waypost::smtp::client
