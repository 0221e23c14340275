// SPDX-License-Identifier: Apache-2.0
// AUTH PLAIN (RFC 4616) in the base64 of RFC 4648 s4. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waypost::pop3 {

struct plain_response {
    std::string authorize;
    std::string name;
    std::string secret;
};

/// Strict: padding is there, unused bits are zero, nothing else between.
std::optional<std::string> decode_base64(std::string_view text);
/// "=" is the empty response (RFC 5034 s4) and no PLAIN response. Wipes what it decoded.
std::optional<plain_response> parse_plain(std::string_view base64);

} // namespace waypost::pop3
