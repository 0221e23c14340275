// SPDX-License-Identifier: Apache-2.0
// Watches the line ends of content that comes without dot-stuffing (BDAT, RFC 3030): a bare CR or
// LF in text is as dangerous there, because the next hop may use DATA. Pure; streaming.
#pragma once

#include <string_view>

namespace waypost::smtp {

class line_end_watch {
public:
    void feed(std::string_view content) noexcept {
        for (const char c : content) {
            if (after_cr_ != (c == '\n'))
                is_strict_ = false;
            ends_line_ = after_cr_ && c == '\n';
            after_cr_ = c == '\r';
        }
    }
    /// So far; a CR at the very end is told by finish().
    bool is_strict() const noexcept { return is_strict_; }
    bool finish() const noexcept { return is_strict_ && !after_cr_; }
    /// The last line has its CRLF, or there is no content.
    bool ends_line() const noexcept { return ends_line_; }

private:
    bool after_cr_ = false;
    bool is_strict_ = true;
    bool ends_line_ = true;
};

} // namespace waypost::smtp
