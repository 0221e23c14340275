// SPDX-License-Identifier: Apache-2.0
// Where TOP stops (RFC 1939 s7): behind the header, its blank line and n lines of the body. Pure;
// streaming.
#pragma once

#include <cstdint>
#include <string_view>

namespace waypost::pop3 {

/// Fed piece by piece; says how much of each belongs to the answer.
class top_cutter {
public:
    explicit top_cutter(std::uint32_t body_lines) noexcept : left_(body_lines) {}

    std::size_t take(std::string_view piece) noexcept {
        std::size_t at = 0;
        while (at < piece.size() && !done_) {
            const std::size_t end = piece.find('\n', at);
            const std::string_view line =
                piece.substr(at, end == std::string_view::npos ? end : end - at);
            for (const char each : line)
                blank_ = blank_ && each == '\r';
            if (end == std::string_view::npos)
                return piece.size();
            at = end + 1;
            if (in_body_)
                --left_;
            else
                in_body_ = blank_;
            done_ = in_body_ && left_ == 0;
            blank_ = true;
        }
        return at;
    }
    bool done() const noexcept { return done_; }

private:
    std::uint32_t left_;
    bool in_body_ = false;
    bool blank_ = true; // the line so far
    bool done_ = false;
};

} // namespace waypost::pop3
