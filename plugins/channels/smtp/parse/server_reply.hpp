// SPDX-License-Identifier: Apache-2.0
// Replies of a server: lines with a code (RFC 5321 s4.2), enhanced codes in them (RFC 2034). Pure.
#pragma once

#include "parse/reply.hpp"

#include <string>
#include <string_view>

namespace waypost::smtp {

/// Lines and octets of one reply; a server that says more is not understood.
inline constexpr std::size_t max_reply_lines = 100;
inline constexpr std::size_t max_reply_bytes = 16'384;

struct server_reply {
    unsigned code = 0;
    enhanced_code enhanced; // cls 0: it said none
    std::string text;       // lines without their codes, separated by '\n'

    bool is_positive() const noexcept { return code >= 200 && code < 300; }
    bool is_temporary() const noexcept { return code >= 400 && code < 500; }
    bool is_permanent() const noexcept { return code >= 500 && code < 600; }
    /// As it was said, in one line: "550 5.1.1 no such user".
    std::string in_one_line() const;
};

/// Puts the lines of a reply together.
class reply_collector {
public:
    enum class outcome { more, complete, malformed };
    outcome add(std::string_view line);
    const server_reply& reply() const noexcept { return reply_; }
    bool is_empty() const noexcept { return lines_ == 0; }

private:
    server_reply reply_;
    std::size_t lines_ = 0;
    bool complete_ = true;
};

/// "5.1.1 text": the code, and `text` advanced behind it.
enhanced_code take_enhanced(std::string_view& text) noexcept;

} // namespace waypost::smtp
