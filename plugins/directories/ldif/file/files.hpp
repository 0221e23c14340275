// SPDX-License-Identifier: Apache-2.0
// Descriptors and files: whole reads, whole writes, flushes; errors name the file and the reason.
#pragma once

#include <waypost/result.hpp>

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace waypost::ldif {

/// Owns a descriptor. Single thread.
class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int fd) : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~descriptor();
    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// Tells one state of a file from the next.
struct file_stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1; ///< -1: there is no such file
    std::int64_t modified_ns = 0;
    friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

file_stamp stamp_of(const struct stat& about) noexcept;
file_stamp stamp_of(const std::string& path) noexcept;

struct file_text {
    std::string text;
    file_stamp stamp;
};

error system_error(std::string_view doing, std::string_view path);
/// Keeps writers out of a file while it lives, as far as the system lets us (a lease needs our own
/// file). Nobody is kept out for long: a writer's open(2) waits for us. Single thread.
class read_lease {
public:
    explicit read_lease(const std::string& path);
    /// Somebody has the file open for writing: what is in it may be half of it.
    bool is_being_written() const noexcept { return busy_; }

private:
    descriptor file_;
    bool busy_ = false;
};

/// All of a file; no file is an empty text.
result<file_text> read_file(const std::string& path);
result<void> write_all(int fd, std::string_view bytes, std::string_view path);
result<void> sync_folder_of(const std::string& path);
std::string folder_of(const std::string& path);

} // namespace waypost::ldif
