// SPDX-License-Identifier: Apache-2.0
// Cuts command lines out of input. Strict: only CRLF ends a line (RFC 5321 s2.3.8); a bare CR or LF
// is an error value and never an end, so that no two programs can disagree about where a command
// starts.
#pragma once

#include <waypost/net/limits.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waypost::net {

/// Pure but for "the rest of a long line is being skipped".
class line_reader {
public:
    enum class outcome : std::uint8_t {
        line,    // `line` is one, without its CRLF
        more,    // no line yet; `consumed` may be above 0 while a long line is skipped
        bare_lf, // an LF without CR; consumed up to it. Refuse and close: what follows cannot be
                 // trusted
        bare_cr, // a CR without LF; the same
        too_long // reported once, at the CRLF that ends the line; all of it is consumed
    };
    struct found {
        outcome what;
        std::string_view line;
        std::size_t consumed;
    };

    /// `limit` counts octets with CRLF.
    explicit line_reader(std::size_t limit = limits::line_bytes) noexcept : limit_(limit) {}
    void set_limit(std::size_t limit) noexcept { limit_ = limit; }

    found next(std::string_view input) noexcept;

private:
    std::size_t limit_;
    bool skipping_ = false;
};

} // namespace waypost::net
