// SPDX-License-Identifier: Apache-2.0
#include "helper/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace waypost::kernel::helper {
namespace {

// Terminated, not empty, and nothing behind the end: two names that look alike are alike.
bool well_formed(const char (&name)[max_name]) noexcept {
    const auto* end = std::find(std::begin(name), std::end(name), '\0');
    return end != std::begin(name) && end != std::end(name) &&
           std::all_of(end, std::end(name), [](char letter) { return letter == '\0'; });
}

// The C library of Debian 12 has no wrapper.
int openat2(int directory, const char* name, const open_how& how) noexcept {
    return static_cast<int>(::syscall(SYS_openat2, directory, name, &how, sizeof how));
}

bool leaves_directory(int error) noexcept {
    return error == EXDEV || error == ELOOP;
}

} // namespace

opened open_beneath(const open_request& request, std::span<const int> directories) noexcept {
    if (request.directory >= directories.size() || request.reserved != 0 ||
        !well_formed(request.name)) {
        return {-1, EINVAL, true};
    }
    open_how how{};
    // Without O_NONBLOCK a named pipe would stop the helper for ever.
    how.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const int fd = openat2(directories[request.directory], request.name, how);
    if (fd < 0) {
        const int error = errno;
        return {-1, error, leaves_directory(error)};
    }
    struct stat facts {};
    if (::fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        ::close(fd);
        return {-1, EACCES, true};
    }
    return {fd, 0, false};
}

} // namespace waypost::kernel::helper
