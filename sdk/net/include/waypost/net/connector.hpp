// SPDX-License-Identifier: Apache-2.0
// Outgoing connections: opened on an io thread without blocking it, then sessions like any other.
#pragma once

#include <waypost/net/io_pool.hpp>

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::net {

/// Where a connection goes: an IP address with a port, or a Unix socket. Value type.
class endpoint {
public:
    /// Nothing when `ip` is no IPv4 or IPv6 address.
    static std::optional<endpoint> tcp(std::string_view ip, std::uint16_t port);
    /// Nothing when the path is too long for a socket's address.
    static std::optional<endpoint> local(std::string_view path);

    /// "192.0.2.1:25", "[2001:db8::1]:25", "unix:/run/lmtp".
    const std::string& text() const noexcept { return text_; }
    const sockaddr* raw() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const noexcept { return size_; }
    bool is_ipv6() const noexcept { return storage_.ss_family == AF_INET6; }

private:
    sockaddr_storage storage_{};
    socklen_t size_ = 0;
    std::string text_;
};

/// Connects within `timeout`; then the session is made and opened on its io thread. Otherwise
/// `failed` is called once, on an io thread, with the system's error number (ETIMEDOUT,
/// ECONNREFUSED,
/// ...); also when the pool stops meanwhile (ECANCELED). *thread-safe*
void connect(io_pool& pool, const endpoint& to, std::chrono::milliseconds timeout,
             connection_options options, std::function<void(int error_number)> failed);

} // namespace waypost::net
