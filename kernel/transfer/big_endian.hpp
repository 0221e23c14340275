// SPDX-License-Identifier: Apache-2.0
// Numbers in keys: most significant octet first, so that octets order them.
#pragma once

#include <cstdint>
#include <string>

namespace waypost::kernel::transfer {

inline void append_big_endian(std::string& out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(value >> static_cast<unsigned>(shift) & 0xffU));
}

inline std::uint64_t get_big_endian(const void* from) noexcept {
    const auto* bytes = static_cast<const unsigned char*>(from);
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
        value = value << 8U | bytes[i];
    return value;
}

} // namespace waypost::kernel::transfer
