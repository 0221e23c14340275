// SPDX-License-Identifier: Apache-2.0
// POP3 commands as values (RFC 1939, 2449, 2595, 5034). Pure; views point into the line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace waypost::pop3 {

enum class verb : std::uint8_t {
    unknown,
    user,
    pass,
    auth,
    stls,
    capa,
    quit,
    noop,
    stat,
    list,
    uidl,
    retr,
    top,
    dele,
    rset
};

struct command {
    verb what = verb::unknown;
    std::string_view argument; // behind the space; of PASS with every space in it
};

/// A line without its CRLF. Keywords in any case (RFC 1939 s3); spaces at the end are forgiven but
/// for PASS.
command parse_command(std::string_view line) noexcept;

/// 1..2^32-1 in digits and nothing else.
std::optional<std::uint32_t> parse_number(std::string_view text) noexcept;

/// "msg n" of TOP; n may be 0.
struct top_arguments {
    std::uint32_t message;
    std::uint32_t lines;
};
std::optional<top_arguments> parse_top(std::string_view text) noexcept;

} // namespace waypost::pop3
