// SPDX-License-Identifier: Apache-2.0
// Transparency of message content in SMTP (RFC 5321 s4.5.2) and POP3 (RFC 1939 s3).
//
// The decoder is strict: CRLF "." CRLF is the only end. "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r" and
// the like never end the data; they are remembered, so that the channel reads to the true end and
// refuses the message there (SMTP smuggling, CVE-2023-51764). Content is passed on in place, not
// copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waypost::net {

/// Pure; streaming, may be fed octet by octet.
class dot_decoder {
public:
    struct piece {
        std::string_view content; // of the input, or of a constant; may be empty
        std::size_t consumed;     // of the input; may be 0 when content came out
        bool end;                 // the end mark is behind `content`; nothing after it was touched
    };

    /// One contiguous piece. Call until the input is consumed or `end` is true.
    piece next(std::string_view input) noexcept;

    bool saw_bare_lf() const noexcept { return bare_lf_; }
    bool saw_bare_cr() const noexcept { return bare_cr_; }
    bool is_strict() const noexcept { return !bare_lf_ && !bare_cr_; }
    /// For the next message.
    void reset() noexcept { *this = dot_decoder(); }

private:
    enum class state : std::uint8_t { line_start, in_line, after_cr, after_dot, after_dot_cr };
    piece in_line(std::string_view input, std::size_t from) noexcept;

    state state_ = state::line_start;
    bool bare_lf_ = false;
    bool bare_cr_ = false;
};

/// Sends content dot-stuffed: splits it before each dot that starts a line.
/// Pure; streaming.
class dot_encoder {
public:
    struct piece {
        std::string_view content; // of the input: to be sent as it is
        bool dot;                 // a "." has to be sent before `content`
        std::size_t consumed;
    };

    piece next(std::string_view input) noexcept;
    /// What closes the data after all content: ".\r\n", with a CRLF before it when the last line
    /// has none.
    std::string_view finish() const noexcept;

private:
    bool at_line_start_ = true;
    bool after_cr_ = false;
};

} // namespace waypost::net
