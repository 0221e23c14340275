// SPDX-License-Identifier: Apache-2.0
// Opening through the folder's descriptor, so that nothing is swapped between the check and the
// use.
#include "host/file_policy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace waypost::kernel::host {
namespace {

namespace fs = std::filesystem;

error system_failure(const char* what, const fs::path& path) {
    return {WP_NOT_FOUND, fmt::format("{} {}: {}", what, path.string(), std::strerror(errno))};
}

result<void> check_owner(const struct stat& info, const char* kind, const fs::path& path) {
    if (info.st_uid != 0 && info.st_uid != ::geteuid())
        return error{
            WP_DENIED,
            fmt::format("the {0} {1} belongs to user {2}, who could change it; make it root's: "
                        "chown root {1}",
                        kind, path.string(), info.st_uid)};
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return error{
            WP_DENIED,
            fmt::format("the {0} {1} is writable for others (mode {2:04o}); take that away: "
                        "chmod go-w {1}",
                        kind, path.string(), info.st_mode & 07777U)};
    return {};
}

/// A descriptor of the folder, checked; closed by the caller.
result<int> open_folder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return system_failure("cannot open the folder", folder);
    struct stat info {};
    if (::fstat(fd, &info) != 0) {
        ::close(fd);
        return system_failure("cannot examine the folder", folder);
    }
    if (auto checked = check_owner(info, "folder", folder); !checked) {
        ::close(fd);
        return checked.failure();
    }
    return fd;
}

} // namespace

result<plugin_file> plugin_file::open(const fs::path& path) {
    std::error_code failed;
    const auto real = fs::canonical(path, failed);
    if (failed)
        return error{WP_NOT_FOUND, fmt::format("cannot open it: {}", failed.message())};
    const auto named = fs::absolute(path).parent_path();
    if (fs::canonical(named, failed) !=
        real.parent_path()) { // the link can be changed where it lies
        const auto folder = open_folder(named);
        if (!folder)
            return folder.failure();
        ::close(*folder);
    }
    const auto folder = open_folder(real.parent_path());
    if (!folder)
        return folder.failure();
    plugin_file file;
    file.fd_ =
        ::openat(*folder, real.filename().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const int reason = errno;
    ::close(*folder);
    errno = reason;
    if (file.fd_ < 0)
        return system_failure("cannot open", real);
    if (auto checked = file.check_and_map(real); !checked)
        return checked.failure();
    return file;
}

result<void> plugin_file::check_and_map(const fs::path& path) {
    struct stat info {};
    if (::fstat(fd_, &info) != 0)
        return system_failure("cannot examine", path);
    if (!S_ISREG(info.st_mode))
        return error{WP_INVALID, "it is not a regular file; name the plugin's .so file"};
    if (auto checked = check_owner(info, "file", path); !checked)
        return checked;
    device_ = info.st_dev;
    inode_ = info.st_ino;
    size_ = static_cast<std::size_t>(info.st_size);
    if (size_ == 0)
        return {};
    void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_, 0);
    if (mapped == MAP_FAILED)
        return system_failure("cannot read", path);
    data_ = static_cast<const std::byte*>(mapped);
    return {};
}

plugin_file::plugin_file(plugin_file&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)), device_(other.device_), inode_(other.inode_) {}

plugin_file::~plugin_file() {
    if (data_ != nullptr)
        ::munmap(const_cast<std::byte*>(data_), size_);
    if (fd_ >= 0)
        ::close(fd_);
}

int plugin_file::release() noexcept {
    return std::exchange(fd_, -1);
}

} // namespace waypost::kernel::host
