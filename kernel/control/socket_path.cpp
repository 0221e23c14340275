// SPDX-License-Identifier: Apache-2.0
#include "control/socket_path.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace waypost::kernel::control {

result<socket_path> socket_path::of(const std::filesystem::path& path) {
    socket_path made;
    made.address_.sun_family = AF_UNIX;
    std::string text = path.string();
    if (text.size() >= sizeof made.address_.sun_path) {
        const auto folder = path.has_parent_path() ? path.parent_path() : ".";
        made.folder_ = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (made.folder_ < 0) {
            return error{errno == ENOENT ? WP_NOT_FOUND : WP_TEMPFAIL,
                         fmt::format("cannot open the folder {}: {}", folder.string(),
                                     std::strerror(errno))};
        }
        text = fmt::format("/proc/self/fd/{}/{}", made.folder_, path.filename().string());
    }
    if (text.empty() || text.size() >= sizeof made.address_.sun_path) {
        return error{WP_INVALID, fmt::format("{} is no path for a socket", path.string())};
    }
    std::memcpy(made.address_.sun_path, text.data(), text.size());
    return made;
}

socket_path::socket_path(socket_path&& other) noexcept
    : address_(other.address_), folder_(std::exchange(other.folder_, -1)) {}

socket_path::~socket_path() {
    if (folder_ >= 0) {
        ::close(folder_);
    }
}

} // namespace waypost::kernel::control
