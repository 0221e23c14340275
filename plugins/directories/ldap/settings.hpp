// SPDX-License-Identifier: Apache-2.0
// What the operator says about the directory servers.
#pragma once

#include <waypost/config.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace waypost::ldap {

/// How changes are learned.
enum class following {
    automatic, ///< RFC 4533 where the server offers it, else modification times
    syncrepl,
    times,
};

struct settings {
    std::vector<std::string> servers; ///< URIs in order of preference: ldap, ldaps, ldapi
    std::vector<std::string> bases;   ///< as written
    bool start_tls = false;
    std::string ca_file;
    std::string certificate, key; ///< of this client; also what SASL EXTERNAL shows
    bool external = false;        ///< SASL EXTERNAL instead of a simple bind
    std::string bind_dn;          ///< empty: anonymous
    std::string bind_password;    ///< never logged
    following follow = following::automatic;
    std::chrono::milliseconds timeout{5000};
    std::chrono::milliseconds heartbeat{30000};
    std::chrono::milliseconds server_pause{30000};
    int page_size = 1000;
    int referrals = 0;
    std::size_t lookups = 4;
    std::size_t logins = 4;
    std::size_t refresh_limit = std::size_t{64} << 20;
};

/// Errors are thrown as std::invalid_argument and name the key.
settings settings_of(const config_view& values);

} // namespace waypost::ldap
