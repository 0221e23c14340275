// SPDX-License-Identifier: Apache-2.0
#include "cli/place.hpp"

#include "config/settings.hpp"

namespace waypost::kernel::cli {
namespace {

namespace fs = std::filesystem;

/// The daemon's own reader of the file: the two can never mean different sockets.
result<fs::path> socket_in(const fs::path& file) {
    const auto loaded = config::load_file(file);
    if (!loaded.value) {
        return error{WP_INVALID, config::describe(loaded.problems)};
    }
    return fs::path(loaded.value->site().text("control"));
}

} // namespace

result<fs::path> find_socket(const std::string& socket, const std::string& configuration) {
    if (!socket.empty()) {
        return fs::path(socket);
    }
    if (!configuration.empty()) {
        return socket_in(configuration);
    }
    std::error_code ignored;
    return fs::exists(default_configuration, ignored) ? socket_in(default_configuration)
                                                      : result<fs::path>(fs::path(default_socket));
}

} // namespace waypost::kernel::cli
