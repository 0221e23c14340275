// SPDX-License-Identifier: Apache-2.0
// "192.0.2.0/24", "2001:db8::/32": networks an operator names (RFC 4632, RFC 4291 s2.3). Pure.
#pragma once

#include <waypost/net/address.hpp>
#include <waypost/result.hpp>

#include <string_view>

namespace waypost::smtp {

/// Value type.
class network {
public:
    /// A prefix shorter than /8, or /16 of IPv6, is refused: that would trust half the world.
    static result<network> parse(std::string_view text);
    bool contains(const net::address& peer) const noexcept;

private:
    net::address base_;
    unsigned bits_ = 0;
};

} // namespace waypost::smtp
