// SPDX-License-Identifier: Apache-2.0
// The language of the control socket, without any I/O. One JSON object a line:
//   -> {"call": "domain.add", "args": {...}}            "as": "ann@example.com" with her rights
//   alone
//   <- {"row": {...}}                                   any number of them, for lists
//   <- {"ok": true, "result": {...}}                    or
//   <- {"ok": false, "error": {"status": "exists", "text": "..."}}
#pragma once

#include <waypost/result.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace waypost::kernel::control {

using nlohmann::json;

inline constexpr std::size_t max_request_bytes = 256 * 1024;

struct request {
    std::string call;
    json args = json::object();
    std::string as; // the account in whose name; empty: the caller's own
};

result<request> parse_request(std::string_view line);

std::string encode_row(const json& row);
std::string encode_result(const json& value);
std::string encode_error(const error& why);

/// "not-found" for WP_NOT_FOUND, and back; unknown words are WP_TEMPFAIL.
std::string_view word_of(wp_status status) noexcept;
wp_status status_of(std::string_view word) noexcept;

} // namespace waypost::kernel::control
