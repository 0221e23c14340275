// SPDX-License-Identifier: Apache-2.0
// The configuration of an instance as sessions read it: immutable; a reload makes a new one for new
// sessions.
#pragma once

#include "parse/network.hpp"

#include <waypost/config.hpp>
#include <waypost/net/tls_context.hpp>
#include <waypost/result.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::smtp {

/// Immutable, *thread-safe*.
struct settings {
    bool is_lmtp = false;
    std::string hostname;
    std::string greeting;       // whole reply
    std::string extensions;     // whole reply to EHLO or LHLO
    std::string extensions_tls; // the same on a secured connection
    std::uint64_t max_message_size = 0;
    std::size_t max_recipients = 0;
    std::size_t max_errors = 0;
    std::size_t max_connections = 0;
    std::size_t max_connections_per_address = 0;
    std::chrono::seconds command_timeout{};
    std::chrono::seconds data_timeout{};
    std::vector<network> trusted;                // may relay
    std::shared_ptr<const net::tls_context> tls; // null: no STARTTLS
};

result<std::shared_ptr<const settings>> read_settings(const config_view& values);

} // namespace waypost::smtp
