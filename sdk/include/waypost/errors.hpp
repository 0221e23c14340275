// SPDX-License-Identifier: Apache-2.0
// Errors across the boundary: error <-> wp_error, and the barrier that no exception passes.
#pragma once

#include <waypost/result.hpp>

#include <algorithm>
#include <cstring>
#include <exception>

namespace waypost {

/// Writes `text` into a terminated buffer: cut at a character boundary, line breaks become spaces.
template <std::size_t Size>
void fill_text(char (&out)[Size], std::string_view text) noexcept {
    std::size_t length = std::min(text.size(), Size - 1);
    if (length < text.size())
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
            --length;
    for (std::size_t i = 0; i < length; ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        out[i] = octet < 0x20U || octet == 0x7FU ? ' ' : text[i];
    }
    out[length] = '\0';
}

/// Fills what the caller's struct has room for. A null `out` is allowed: the caller wants no
/// details.
inline wp_status fill_error(wp_error* out, const error& why) noexcept {
    if (out == nullptr || out->struct_size < sizeof(wp_error))
        return why.status;
    out->status = why.status;
    out->smtp = why.smtp;
    std::copy(why.enhanced, why.enhanced + 3, out->enhanced);
    fill_text(out->text, why.text);
    return why.status;
}

inline wp_status fill_error(wp_error* out, wp_status status, std::string_view text) noexcept {
    if (out == nullptr || out->struct_size < sizeof(wp_error))
        return status;
    out->status = status;
    fill_text(out->text, text);
    return status;
}

/// An empty wp_error, ready to be handed to a call.
inline wp_error empty_error() noexcept {
    wp_error out{};
    out.struct_size = sizeof(wp_error);
    return out;
}

/// What a failed call left behind. `status` is the one that was returned; it counts, not the one in
/// `from`.
inline error from_error(wp_status status, const wp_error* from) {
    if (from == nullptr || from->struct_size < sizeof(wp_error))
        return {status, std::string{}};
    const auto* end = static_cast<const char*>(std::memchr(from->text, 0, sizeof from->text));
    const auto size =
        end == nullptr ? sizeof from->text : static_cast<std::size_t>(end - from->text);
    error out{status, std::string(from->text, size)};
    out.smtp = from->smtp;
    std::copy(from->enhanced, from->enhanced + 3, out.enhanced);
    return out;
}

/// The status of a result, its error written to `out`.
inline wp_status finish(const result<void>& outcome, wp_error* out) noexcept {
    return outcome ? WP_OK : fill_error(out, outcome.failure());
}

/// Runs `call` and turns anything it throws into WP_BUG: the edge of the ABI (thread-safe).
template <class Call>
wp_status guard(wp_error* out, Call&& call) noexcept {
    try {
        return call();
    } catch (const std::exception& thrown) {
        return fill_error(out, WP_BUG, thrown.what());
    } catch (...) {
        return fill_error(out, WP_BUG, "an exception of unknown type");
    }
}

} // namespace waypost
