// SPDX-License-Identifier: Apache-2.0
// Counts the hosts that a message has passed, by its Received: fields (RFC 5321 s6.3), while it
// arrives in pieces. Pure; ends at the empty line behind the header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waypost::kernel::transfer {

/// Single thread.
class hop_counter {
public:
    void feed(std::string_view piece) noexcept;
    std::uint32_t hops() const noexcept { return hops_; }

private:
    void begin_of_line(std::string_view& rest) noexcept;

    std::uint32_t hops_ = 0;
    std::uint8_t matched_ = 0; // octets of the field's name seen in this line
    bool at_name_ = true;      // this line may still turn out to be the field
    bool ended_ = false;       // the header is over
};

} // namespace waypost::kernel::transfer
