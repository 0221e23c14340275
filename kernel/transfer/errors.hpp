// SPDX-License-Identifier: Apache-2.0
// The kernel's error values and the boundary's, both ways.
#pragma once

#include <waypost/result.hpp>

#include <algorithm>
#include <cstring>

namespace waypost::kernel::transfer {

inline void fill(wp_error* out, const error& from) noexcept {
    if (out == nullptr)
        return;
    out->status = from.status;
    out->smtp = from.smtp;
    std::copy_n(from.enhanced, 3, out->enhanced);
    const auto size = std::min(from.text.size(), sizeof(out->text) - 1);
    std::memcpy(out->text, from.text.data(), size);
    out->text[size] = '\0';
}

inline wp_error blank_error() noexcept {
    wp_error out{};
    out.struct_size = sizeof(out);
    return out;
}

inline error from_abi(const wp_error& from, wp_status status) {
    error out(status, from.text);
    out.smtp = from.smtp;
    std::copy_n(from.enhanced, 3, out.enhanced);
    return out;
}

} // namespace waypost::kernel::transfer
