// SPDX-License-Identifier: Apache-2.0
// A destination: the recipients that share a channel and a next hop, and with them connections,
// limits and fate. The queue is ordered by destination, so that one that is down or slow costs the
// others nothing.
#pragma once

#include "log/position.hpp"
#include "transfer/envelope.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::transfer {

inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// "smtp example.org", "mailbox". At most max_destination_bytes, without octets below 0x20; a
/// longer one is cut and told apart by a hash.
std::string destination_of(const recipient& to);
inline constexpr std::size_t max_destination_bytes = 400;

/// "smtp" of "smtp example.org".
std::string_view channel_of(std::string_view destination) noexcept;

/// Recipients by state, in the order of recipient_state.
using state_counts = std::array<std::uint32_t, 4>;

/// One message at one destination, as the queue's index has it.
struct index_row {
    std::string destination;
    std::int64_t when_ns = never; // the earliest try of a pending recipient
    log::message_id id = 0;
    state_counts counts{};
};

std::vector<index_row> rows_of(log::message_id id, const envelope& what);

/// Key of a row: destination, 0, time, id; ordered by octets it is ordered by all three.
std::string key_of(const index_row& row);
std::string key_of(std::string_view destination, std::int64_t when_ns, log::message_id id);

/// A key taken apart; `destination` points into it.
struct row_key {
    std::string_view destination;
    std::int64_t when_ns;
    log::message_id id;
};
row_key parse_key(std::string_view key) noexcept;

} // namespace waypost::kernel::transfer
