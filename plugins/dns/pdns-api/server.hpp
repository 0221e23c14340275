// SPDX-License-Identifier: Apache-2.0
// The HTTP interface of a PowerDNS server: zones are made and removed. Records are changed by DNS
// UPDATE (plugin rfc2136), which has requirements; this interface has none.
#pragma once

#include <waypost/result.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace waypost::pdns {

struct settings {
    std::string url; ///< "http://127.0.0.1:8081", without a path
    std::string key; ///< never logged
    std::string kind = "Native";
    std::vector<std::string> nameservers; ///< absolute, with the final dot
    std::string update_key;               ///< TSIG key that may change new zones; empty: none
    std::string account;                  ///< marks the zones that are ours
    std::vector<std::string> suffixes;    ///< folded; zones are made below these
    std::chrono::milliseconds timeout{5000};
};

/// Thread-safe; each call blocks up to the timeout for each request.
class server {
public:
    explicit server(settings with);

    /// One with our account is finished. WP_EXISTS: there is one that is not ours. WP_DENIED: it is
    /// below none of the suffixes.
    result<void> create_zone(const std::string& name) const;
    /// WP_CONFLICT: it is not ours, and stays.
    result<void> remove_zone(const std::string& name) const;

private:
    struct answer {
        long code = 0;
        std::string body;
    };
    result<answer> request(const char* method, const std::string& path,
                           const std::string& body) const;
    bool may_make(const std::string& name) const;
    enum class owner { nobody, us, others };
    result<owner> owner_of(const std::string& name) const;

    settings settings_;
};

} // namespace waypost::pdns
