// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace waypost::kernel::daemon {
namespace {

namespace fs = std::filesystem;

error cannot(std::string_view what, const fs::path& where) {
    return {WP_PERMFAIL,
            fmt::format("cannot {} {}: {}", what, where.string(), std::strerror(errno))};
}

result<void> make_one(const fs::path& folder, const helper::identity& owner) {
    if (::mkdir(folder.c_str(), 0700) != 0) {
        return errno == EEXIST ? result<void>() : cannot("make the folder", folder);
    }
    if (owner.change && ::chown(folder.c_str(), owner.user, owner.group) != 0) {
        return cannot("give away the folder", folder);
    }
    return {};
}

result<void> check(const fs::path& folder, const helper::identity& owner) {
    struct stat facts {};
    if (::stat(folder.c_str(), &facts) != 0) {
        return cannot("look at", folder);
    }
    if (!S_ISDIR(facts.st_mode)) {
        return error{WP_INVALID, fmt::format("{} is not a folder; correct the key state of [site]",
                                             folder.string())};
    }
    if (facts.st_uid != owner.user && owner.user != 0) {
        return error{
            WP_DENIED,
            fmt::format("{} belongs to user id {}, and the daemon runs as {}; chown -R {} {}",
                        folder.string(), facts.st_uid, owner.user, owner.user, folder.string())};
    }
    if ((facts.st_mode & 022U) != 0) {
        return error{WP_DENIED, fmt::format("{} can be written by others; chmod go-w {}",
                                            folder.string(), folder.string())};
    }
    return {};
}

std::string holder_of(int fd) {
    char text[32] = {};
    const ssize_t got = ::pread(fd, text, sizeof text - 1, 0);
    const std::string pid = got > 0 ? std::string(text, static_cast<std::size_t>(got)) : "";
    return pid.substr(0, pid.find('\n'));
}

} // namespace

result<void> make_private_folder(const fs::path& folder, const helper::identity& owner) {
    fs::path built;
    for (const auto& part : folder) {
        built /= part;
        if (part.empty() || built == built.root_path()) {
            continue;
        }
        if (auto made = make_one(built, owner); !made) {
            return made;
        }
    }
    return check(folder, owner);
}

result<state_lock> state_lock::take(const fs::path& state, const helper::identity& owner) {
    const fs::path file = state / "lock";
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return cannot("open", file);
    }
    state_lock made(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return cannot("lock", file);
        }
        const std::string holder = holder_of(fd);
        return error{
            WP_BUSY,
            fmt::format(
                "another waypostd{} uses the state directory {}; stop it first, or give this "
                "one a state directory of its own",
                holder.empty() ? "" : " (pid " + holder + ")", state.string())};
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    if ((owner.change && ::fchown(fd, owner.user, owner.group) != 0) || ::ftruncate(fd, 0) != 0 ||
        ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
        return cannot("write", file);
    }
    return made;
}

state_lock::state_lock(state_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

state_lock::~state_lock() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

} // namespace waypost::kernel::daemon
