// SPDX-License-Identifier: Apache-2.0
// The text of a delivery status notification: a part for people, one for programs (RFC 3464, RFC
// 6533), and the message it is about or its header, in a multipart/report (RFC 6522). Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::transfer::report {

/// Of one value that came from elsewhere; the rest is cut off.
inline constexpr std::size_t max_value_bytes = 900;
/// Of an original of which only the header is returned.
inline constexpr std::size_t max_header_bytes = 64 * 1024;

enum class action : std::uint8_t { failed, delayed, delivered, relayed };

struct about_recipient {
    std::string address;  // where it was to go
    std::string original; // RFC 3461 ORCPT, "type;address"; empty: none
    std::array<std::uint16_t, 3> status{};
    std::string text;   // for people
    std::string remote; // who said so; empty: this host
    std::string reply;  // in its own words; empty: it did not come to that
};

struct content {
    action what = action::failed;
    std::string hostname;
    std::string from;   // address the report comes from
    std::string to;     // the original's sender
    std::string unique; // of the report's Message-ID, without the host
    std::string envid;  // of the original; empty: none
    std::int64_t arrived_ns = 0;
    std::int64_t now_ns = 0;
    std::int64_t ends_ns = 0; // of delayed: until when it is tried
    std::vector<about_recipient> recipients;
    std::string_view original; // header and body, or the header
    bool returns_body = false;
};

/// A message with CRLF line ends. No value can end its field, and no original its part.
std::string compose(const content& of);

/// An address or a text of it needs SMTPUTF8 (RFC 6531).
bool needs_utf8(const content& of) noexcept;

/// "Tue, 24 Nov 2026 10:00:00 +0000" (RFC 5322 s3.3).
std::string date_text(std::int64_t unix_ns);

} // namespace waypost::kernel::transfer::report
