// SPDX-License-Identifier: Apache-2.0
// A whole zone by AXFR (RFC 5936), with TSIG where a key is given: its MX records.
#pragma once

#include "rows.hpp"

#include <atomic>
#include <chrono>

namespace waypost::routes_mx {

inline constexpr std::size_t most_records = 10'000'000; ///< of one zone

struct transfer_source {
    std::string address; ///< IP address of the server
    std::uint16_t port = 53;
    std::string key_name, key_algorithm, key_secret; ///< empty: none; the secret is base64
    std::chrono::milliseconds timeout{10000};
};

/// Blocks; `stop` ends it between two records. All MX records of the zone, or an error: never a
/// part.
result<table> transfer(const transfer_source& from, const std::string& zone,
                       const std::atomic<bool>& stop);

} // namespace waypost::routes_mx
