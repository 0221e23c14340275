// SPDX-License-Identifier: Apache-2.0
// The names of things in the log: groups by sequence number, messages and segments by number.
#pragma once

#include <cstdint>

namespace waypost::kernel::log {

/// Sequence number of a group, from 1 without gaps; 0: before the first.
using position = std::uint64_t;
/// Ever increasing, never used again, also across a crash; 0: none.
using message_id = std::uint64_t;
using segment_id = std::uint64_t;
using consumer_id = std::uint16_t;

/// Consumer 0 is the message index itself.
inline constexpr consumer_id index_consumer = 0;

} // namespace waypost::kernel::log
