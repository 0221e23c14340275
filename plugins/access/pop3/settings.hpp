// SPDX-License-Identifier: Apache-2.0
// The configuration of an instance as sessions read it: immutable; a reload makes a new one for new
// sessions.
#pragma once

#include <waypost/config.hpp>
#include <waypost/net/tls_context.hpp>
#include <waypost/result.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace waypost::pop3 {

/// Immutable, *thread-safe*.
struct settings {
    std::string greeting = "+OK Waypost POP3 ready\r\n"; // whole reply
    bool allow_plaintext = false;
    std::size_t max_line = 1024;
    std::size_t max_errors = 20;
    std::size_t max_connections = 0;
    std::size_t max_connections_per_address = 0;
    std::chrono::seconds login_timeout{60};
    std::chrono::seconds idle_timeout{600};
    std::shared_ptr<const net::tls_context> tls; // null: no STLS
};

result<std::shared_ptr<const settings>> read_settings(const config_view& values);

} // namespace waypost::pop3
