// SPDX-License-Identifier: Apache-2.0
// Failed logins per user and per client address: each failure makes the next answer slower, and too
// many in a row are answered "no" without asking the directory. A bounded table: an attacker who
// uses it up loses only old records.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace waypost::kernel::auth {

struct failure_limits {
    std::uint32_t per_user = 10;   ///< failures in the window before a user is refused unasked
    std::uint32_t per_client = 50; ///< the same for one client address
    std::int64_t window_ns = 300'000'000'000;
    std::int64_t first_delay_ns = 500'000'000; ///< doubles with each failure
    std::int64_t longest_delay_ns = 8'000'000'000;
    std::size_t table_size = 65'536;
};

/// Thread-safe.
class failure_limit {
public:
    explicit failure_limit(failure_limits limits) : limits_(limits) {}

    /// False: over a limit, refuse without asking.
    bool may_try(std::string_view user, std::string_view client, std::int64_t now_ns);
    /// Counts a failure; how long to wait with the answer.
    std::int64_t failed(std::string_view user, std::string_view client, std::int64_t now_ns);
    /// The user's record is forgotten, the client's stays: one own account must not buy tries at
    /// others.
    void succeeded(std::string_view user);
    std::size_t size() const;

private:
    struct record {
        std::string key;
        std::uint32_t failures = 0;
        std::int64_t first_ns = 0;
    };
    using place = std::list<record>::iterator;
    std::uint32_t count(const std::string& key, std::int64_t now_ns);
    std::uint32_t add(const std::string& key, std::int64_t now_ns);

    failure_limits limits_;
    mutable std::mutex mutex_;
    std::list<record> records_; // most recently used first
    std::unordered_map<std::string, place> by_key_;
};

/// What counts as one client: an IPv4 address, the /64 of an IPv6 one.
std::string client_key(std::string_view client);

} // namespace waypost::kernel::auth
