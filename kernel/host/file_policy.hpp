// SPDX-License-Identifier: Apache-2.0
// Who may have written a plugin: its file and its folder belong to root or to the daemon's user,
// and nobody else may write there. The file is opened once; what is checked is what is loaded.
#pragma once

#include <waypost/result.hpp>

#include <cstddef>
#include <filesystem>
#include <span>

namespace waypost::kernel::host {

/// An open, checked plugin file and its bytes (single thread; move only).
class plugin_file {
public:
    /// Opens `path` (symbolic links are followed when their folder passes the same checks).
    static result<plugin_file> open(const std::filesystem::path& path);
    ~plugin_file();
    plugin_file(plugin_file&& other) noexcept;
    plugin_file& operator=(plugin_file&&) = delete;

    std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
    int descriptor() const noexcept { return fd_; }
    std::uint64_t device() const noexcept { return device_; }
    std::uint64_t inode() const noexcept { return inode_; }
    /// Gives the descriptor away: it stays open.
    int release() noexcept;

private:
    plugin_file() = default;
    result<void> check_and_map(const std::filesystem::path& path);

    int fd_ = -1;
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
};

} // namespace waypost::kernel::host
