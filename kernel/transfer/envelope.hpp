// SPDX-License-Identifier: Apache-2.0
// The envelope of a message as text: one `name: value` line a field, one `recipient:` line a
// recipient. It stands before every message in the log and is the queue's record. Values are
// percent-encoded, so that none can hold a line break, a space or the line of two CTRL/A that ends
// an envelope (R3.2).
#pragma once

#include "routing/router.hpp"

#include <waypost/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::transfer {

inline constexpr std::size_t max_envelope_bytes = 16u << 20;
inline constexpr std::size_t max_envelope_recipients = 100'000;

enum class recipient_state : std::uint8_t {
    pending, // to be delivered at next_try
    held,    // waits for the operator
    handed,  // its channel has it for good and will tell what becomes of it
    failed,  // will not be tried again, and nobody can be told
};

/// Recipients that came with the message have keys up to this, those that an attempt adds higher
/// ones.
inline constexpr std::uint64_t added_keys = std::uint64_t{1} << 32U;

struct recipient {
    std::uint64_t key = 0;    // within the message, never reused; with its id the idempotence key
    std::string address;      // where it goes now
    std::string original;     // as the client wrote it
    std::string orcpt;        // RFC 3461, "type;address"
    std::uint32_t notify = 0; // WP_NOTIFY_*
    recipient_state state = recipient_state::pending;
    std::string channel; // decided at acceptance or at the last attempt
    std::string next_hop;
    std::string account; // of a local recipient
    std::string detail;
    std::string errors_to;         // the return path on behalf of a list; empty: the sender's
    std::int64_t quota_bytes = -1; // effective now; not stored
    std::int64_t quota_messages = -1;
    std::uint32_t attempts = 0;
    std::int64_t next_try_ns = 0; // Unix time
    std::string last_error;
    std::string last_remote; // who said it
    std::string last_reply;  // in its own words
    bool warned = false;     // its sender was told that it is late
};

struct envelope {
    std::string sender; // empty: the null sender
    std::string envid;
    std::uint32_t flags = 0; // WP_MAIL_*
    std::int64_t received_ns = 0;
    std::string client_address;
    std::string client_name;
    std::string protocol;
    std::string principal;
    std::uint64_t last_added_key = 0; // 0: none was added
    std::int64_t timer_ns = 0; // of a queue entry: when a warning or the end is due; 0: never
    std::vector<recipient> recipients;
};

/// The return path of one recipient. What has none keeps none (RFC 5321 s4.5.5).
std::string_view return_path(const envelope& of, const recipient& to) noexcept;

/// Where the router leads a recipient now.
void lead(recipient& to, const routing::destination& place);

void append_encoded(std::string& out, std::string_view value);
/// False when an escape is malformed.
bool append_decoded(std::string& out, std::string_view encoded);

/// Lines ending in \n.
void encode(const envelope& from, std::string& out);
/// Unknown fields are passed over: a newer version may have written them.
result<envelope> decode(std::string_view text);

std::string_view state_name(recipient_state state) noexcept;

} // namespace waypost::kernel::transfer
