// SPDX-License-Identifier: Apache-2.0
// What a message may not do: the checks before a domain that a message names is even looked up.
// Pure, except the counters.
#pragma once

#include <waypost/result.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waypost::kernel::provisioning {

/// Names that are not for mail (RFC 6761, RFC 7686, RFC 8375, RFC 9476), or below one.
bool is_reserved(std::string_view domain) noexcept;
/// Is it a suffix under which anybody registers ("co.uk")? By the list that libpsl has.
bool is_public_suffix(const std::string& domain);
/// The domain is below one of the suffixes (not one of them itself).
bool is_below_any(std::string_view domain, const std::vector<std::string>& suffixes);
/// "192.0.2.0/24" of 192.0.2.7, "2001:db8:1::/48" of an IPv6 address: who counts as one client.
std::string network_of(std::string_view address);

/// Counts per key in windows of a day and forgets. Thread-safe; bounded.
class daily_limit {
public:
    daily_limit(std::uint32_t per_key, std::uint32_t total) : per_key_(per_key), total_(total) {}
    /// False: enough for today.
    bool take(const std::string& key, std::chrono::steady_clock::time_point now);

private:
    const std::uint32_t per_key_, total_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point began_{};
    std::uint32_t taken_ = 0;
    std::unordered_map<std::string, std::uint32_t> by_key_;
};

} // namespace waypost::kernel::provisioning
