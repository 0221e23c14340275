// SPDX-License-Identifier: Apache-2.0
#include <waypost/net/dot_stuffing.hpp>

#include <cstring>

namespace waypost::net {
namespace {

constexpr std::string_view cr = "\r";

std::size_t find(std::string_view in, char what, std::size_t from) noexcept {
    const void* hit = std::memchr(in.data() + from, what, in.size() - from);
    return hit == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(hit) - in.data());
}

} // namespace

dot_decoder::piece dot_decoder::next(std::string_view input) noexcept {
    if (input.empty())
        return {{}, 0, false};
    const char first = input.front();
    switch (state_) {
    case state::line_start:
        if (first == '.') {
            state_ = state::after_dot;
            return {{}, 1, false};
        }
        return in_line(input, 0);
    case state::in_line:
        return in_line(input, 0);
    case state::after_cr: // the CR was kept back: it goes out with what it turned out to be
        if (first == '\n') {
            state_ = state::line_start;
            return {"\r\n", 1, false};
        }
        bare_cr_ = true;
        state_ = first == '\r' ? state::after_cr : state::in_line;
        return {cr, first == '\r' ? 1u : 0u, false};
    case state::after_dot: // RFC 5321 s4.5.2: the dot is gone unless CRLF follows
        if (first == '\r') {
            state_ = state::after_dot_cr;
            return {{}, 1, false};
        }
        state_ = state::in_line;
        return in_line(input, 0);
    case state::after_dot_cr:
        if (first == '\n') {
            state_ = state::line_start;
            return {{}, 1, true};
        }
        bare_cr_ = true;
        state_ = first == '\r' ? state::after_cr : state::in_line;
        return {cr, first == '\r' ? 1u : 0u, false};
    }
    return {{}, input.size(), false};
}

/// Runs over whole lines for as long as the content is contiguous: up to a dot at a line start, or
/// a CR at the end.
dot_decoder::piece dot_decoder::in_line(std::string_view input, std::size_t from) noexcept {
    while (from < input.size()) {
        const std::size_t lf = find(input, '\n', from);
        const std::size_t line_end = lf == std::string_view::npos ? input.size() : lf;
        const std::size_t last = line_end > from ? line_end - 1 : from;
        const std::string_view line = input.substr(0, line_end);
        const std::size_t first_cr =
            line_end > from ? find(line, '\r', from) : std::string_view::npos;
        const bool cr_at_end = line_end > from && input[last] == '\r';
        if (first_cr != std::string_view::npos && (first_cr != last || !cr_at_end))
            bare_cr_ = true;
        if (lf == std::string_view::npos) {
            state_ = cr_at_end ? state::after_cr : state::in_line;
            return {input.substr(0, cr_at_end ? last : input.size()), input.size(), false};
        }
        from = lf + 1;
        if (!cr_at_end) {
            bare_lf_ = true; // not a line end: a dot behind it is content
            state_ = state::in_line;
            continue;
        }
        state_ = state::line_start;
        if (from < input.size() && input[from] == '.')
            return {input.substr(0, from), from, false};
    }
    return {input, input.size(), false};
}

dot_encoder::piece dot_encoder::next(std::string_view input) noexcept {
    if (input.empty())
        return {{}, false, 0};
    const bool dot = at_line_start_ && input.front() == '.';
    std::size_t from = 0;
    for (;;) {
        const std::size_t lf = find(input, '\n', from);
        if (lf == std::string_view::npos) {
            at_line_start_ = false;
            after_cr_ = input.back() == '\r';
            return {input, dot, input.size()};
        }
        const bool crlf = lf == 0 ? after_cr_ : input[lf - 1] == '\r';
        from = lf + 1;
        at_line_start_ = crlf;
        if (from == input.size()) {
            after_cr_ = false;
            return {input, dot, from};
        }
        if (crlf && input[from] == '.')
            return {input.substr(0, from), dot, from};
    }
}

std::string_view dot_encoder::finish() const noexcept {
    return at_line_start_ ? ".\r\n" : "\r\n.\r\n";
}

} // namespace waypost::net
