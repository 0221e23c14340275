// SPDX-License-Identifier: Apache-2.0
// Names and records as text: what may be handed to ldns. Pure, thread-safe.
#pragma once

#include <waypost/abi/draft/dns.h>
#include <waypost/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::dns {

/// A record that owns its texts. The owner is folded and has no final dot.
struct record {
    std::string owner;
    std::string type;
    std::string data;
    std::uint32_t ttl_seconds = 0;
};

struct change {
    std::int32_t kind = 0;
    record what;
};

constexpr std::size_t longest_data = 8192; ///< of one record, in presentation format
constexpr std::size_t most_changes = 256;  ///< in one update

/// Lower case, without the final dot; refuses what is no sequence of letter, digit, '-', '_' labels
/// within RFC 1035 s2.3.4 ("*" may be the first label).
result<std::string> folded_name(std::string_view name);

/// The name is the zone or lies below it. Both are folded.
bool within(std::string_view name, std::string_view zone) noexcept;

/// Checked copy of one change of a batch; an error is WP_INVALID.
result<change> checked_change(const wp_dns_change& from);

} // namespace waypost::dns
