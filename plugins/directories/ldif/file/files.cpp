// SPDX-License-Identifier: Apache-2.0
// Files; see files.hpp.
#include "file/files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waypost::ldif {

descriptor::~descriptor() {
    if (fd_ >= 0)
        ::close(fd_);
}

read_lease::read_lease(const std::string& path)
    : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!file_)
        return;
    // A writer that comes now makes the kernel send a signal; SIGURG does nothing by default, SIGIO
    // would kill.
    if (::fcntl(file_.get(), F_SETSIG, SIGURG) != 0)
        return;
    busy_ = ::fcntl(file_.get(), F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
}

error system_error(std::string_view doing, std::string_view path) {
    const int code = errno;
    return {WP_TEMPFAIL, "cannot " + std::string(doing) + " " + std::string(path) + ": " +
                             ::strerrordesc_np(code)};
}

file_stamp stamp_of(const struct stat& about) noexcept {
    return {about.st_dev, about.st_ino, about.st_size,
            about.st_mtim.tv_sec * 1'000'000'000L + about.st_mtim.tv_nsec};
}

file_stamp stamp_of(const std::string& path) noexcept {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 ? stamp_of(about) : file_stamp{};
}

result<file_text> read_file(const std::string& path) {
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        if (errno == ENOENT)
            return file_text{};
        return system_error("read", path);
    }
    struct stat about {};
    if (::fstat(file.get(), &about) != 0)
        return system_error("read", path);
    if (!S_ISREG(about.st_mode))
        return error{WP_PERMFAIL, path + " is not a file"};
    file_text out;
    out.stamp = stamp_of(about);
    out.text.resize(static_cast<std::size_t>(about.st_size));
    std::size_t at = 0;
    while (at < out.text.size()) {
        const auto got = ::read(file.get(), out.text.data() + at, out.text.size() - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return system_error("read", path);
        if (got == 0)
            break; // became shorter; its watcher tells again
        at += static_cast<std::size_t>(got);
    }
    out.text.resize(at);
    return out;
}

result<void> write_all(int fd, std::string_view bytes, std::string_view path) {
    while (!bytes.empty()) {
        const auto put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return system_error("write", path);
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
}

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

result<void> sync_folder_of(const std::string& path) {
    const auto folder = folder_of(path);
    const descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file || ::fsync(file.get()) != 0)
        return system_error("flush", folder);
    return {};
}

} // namespace waypost::ldif
