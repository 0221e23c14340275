// SPDX-License-Identifier: Apache-2.0
// Address of a peer in 20 bytes: IPv4, IPv6 or none (Unix sockets, pipes). IPv4-mapped IPv6 is kept
// as IPv4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

struct sockaddr;

namespace waypost::net {

/// Value type; *thread-safe* as any value.
class address {
public:
    enum class family : std::uint8_t { none, v4, v6 };

    address() = default;
    /// From what accept() and getpeername() give.
    static address from(const sockaddr* raw);
    /// Of a connected or bound descriptor.
    static address peer_of(int fd);
    static address local_of(int fd);

    family kind() const noexcept { return family_; }
    std::uint16_t port() const noexcept { return port_; }
    bool is_loopback() const noexcept;
    /// "192.0.2.1", "2001:db8::1", "local".
    std::string text() const;
    /// "192.0.2.1:25", "[2001:db8::1]:25", "local".
    std::string text_with_port() const;
    /// What limits count by: an IPv4 address, an IPv6 /64 network (one customer owns all of it).
    address network() const noexcept;
    const std::array<unsigned char, 16>& bytes() const noexcept { return bytes_; }

    friend bool operator==(const address&, const address&) = default;

private:
    std::array<unsigned char, 16> bytes_{};
    std::uint16_t port_ = 0;
    family family_ = family::none;
};

struct address_hash {
    std::size_t operator()(const address& value) const noexcept;
};

} // namespace waypost::net
