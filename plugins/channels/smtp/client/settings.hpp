// SPDX-License-Identifier: Apache-2.0
// The outbound half of an instance's configuration: immutable; a reload makes a new one for new
// connections.
#pragma once

#include <waypost/config.hpp>
#include <waypost/net/tls_context.hpp>
#include <waypost/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::smtp::client {

enum class tls_policy : std::uint8_t { off, opportunistic, require };
enum class families : std::uint8_t { any, ipv4, ipv6 };

/// Immutable, *thread-safe*.
struct settings {
    bool is_lmtp = false;
    std::string hostname;
    std::vector<std::string> own_names; // lower case, hostname among them
    std::string smart_host;             // next hop of everything; empty: as the routing table says
    std::uint16_t port = 25;
    families address_family = families::any;
    tls_policy policy = tls_policy::opportunistic;
    std::shared_ptr<const net::tls_context> tls; // null with policy off
    std::size_t max_connections = 0;
    std::size_t max_connections_per_hop = 0;
    std::size_t max_messages = 0; // on one connection
    std::chrono::seconds idle_timeout{};
    std::chrono::milliseconds connect_timeout{};
    std::chrono::seconds command_timeout{};
    std::chrono::seconds data_timeout{};
    std::chrono::seconds final_timeout{};

    bool is_ours(std::string_view host) const noexcept;
};

result<std::shared_ptr<const settings>> read_settings(const config_view& values);

} // namespace waypost::smtp::client
