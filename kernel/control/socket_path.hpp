// SPDX-License-Identifier: Apache-2.0
// The address of a Unix socket by path. sockaddr_un holds 107 bytes; a longer path goes by way of
// its folder's descriptor. Used by the daemon to bind and by `waypost` to connect.
#pragma once

#include <waypost/result.hpp>

#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>

namespace waypost::kernel::control {

/// Holds the folder open while the address is in use.
class socket_path {
public:
    static result<socket_path> of(const std::filesystem::path& path);
    ~socket_path();
    socket_path(socket_path&& other) noexcept;
    socket_path& operator=(socket_path&&) = delete;

    [[nodiscard]] const sockaddr* address() const noexcept {
        return reinterpret_cast<const sockaddr*>(&address_);
    }
    [[nodiscard]] static socklen_t size() noexcept { return sizeof(sockaddr_un); }
    /// The path as the address has it, for unlink and chmod.
    [[nodiscard]] const char* text() const noexcept { return address_.sun_path; }

private:
    socket_path() = default;
    sockaddr_un address_{};
    int folder_ = -1;
};

} // namespace waypost::kernel::control
