// SPDX-License-Identifier: Apache-2.0
// Replies: RFC 5321 s4.2 (lines and codes), RFC 2034 and 3463 (enhanced codes). Pure.
#pragma once

#include <waypost/abi/base.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::smtp {

struct enhanced_code {
    std::uint16_t cls = 0; // 0: none is written
    std::uint16_t subject = 0;
    std::uint16_t detail = 0;
};

/// Appends a reply; '\n' in `text` starts a new line of it. Control characters become spaces, so
/// that no text from elsewhere can forge a line; octets above 127 become '?' unless `utf8` (RFC
/// 6531 s3.7.4).
void append_reply(std::string& out, unsigned code, enhanced_code enhanced, std::string_view text,
                  bool utf8 = false);

/// The reply for a failed call into the host: what `why` says, completed from the status. `text` is
/// used when it has none.
void append_failure(std::string& out, wp_status status, const wp_error* why, std::string_view text,
                    bool utf8 = false);

} // namespace waypost::smtp
