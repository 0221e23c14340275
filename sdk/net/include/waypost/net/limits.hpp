// SPDX-License-Identifier: Apache-2.0
// The limits of sdk/net as named constants. What an operator may want to change is an option of the
// class that uses it; these are the values it starts from.
#pragma once

#include <chrono>
#include <cstddef>

namespace waypost::net::limits {

/// One read from a socket at most, and the most unconsumed input one connection may hold.
inline constexpr std::size_t input_bytes = 32 * 1024;
/// Reading stops while more output than this waits for the peer.
inline constexpr std::size_t output_bytes = 64 * 1024;
/// A small pooled buffer: replies, the rest of an incomplete line.
inline constexpr std::size_t small_chunk_bytes = 4 * 1024;
/// Buffers kept for reuse by one io thread, per size.
inline constexpr std::size_t pooled_small_chunks = 64;
inline constexpr std::size_t pooled_large_chunks = 16;
inline constexpr std::size_t pooled_references = 256;
/// Reads in a row on one connection before others get their turn.
inline constexpr int reads_in_a_row = 8;
/// Connections accepted in a row before others get their turn.
inline constexpr int accepts_in_a_row = 64;
/// Pause after the process or the machine ran out of descriptors.
inline constexpr std::chrono::milliseconds accept_pause{100};
/// After the last reply: how long and how much input of the peer is read and thrown away, so that
/// unread input does not make the kernel reset the connection before the reply arrives.
inline constexpr std::chrono::seconds linger_time{5};
inline constexpr std::size_t linger_bytes = 16 * 1024 * 1024;
/// Longest command line of a line protocol when the protocol does not say less (octets with CRLF).
inline constexpr std::size_t line_bytes = 8 * 1024;

} // namespace waypost::net::limits
