// SPDX-License-Identifier: Apache-2.0
#include "cli/place.hpp"

#include "config/toml.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace waypost::kernel::cli {
namespace {

namespace fs = std::filesystem;

/// The tool needs one key; whether the rest is right is the daemon's business (waypostd --check).
result<fs::path> socket_in(const fs::path& file) {
    std::ifstream from(file);
    if (!from) {
        return error{WP_NOT_FOUND,
                     fmt::format("cannot read {}: {}", file.string(), std::strerror(errno))};
    }
    const std::string text{std::istreambuf_iterator<char>(from), {}};
    const auto parsed = config::parse_toml(text, file.string());
    if (!parsed.problems.empty()) {
        return error{WP_INVALID, config::describe(parsed.problems.front())};
    }
    const auto* site = parsed.root.find("site");
    const auto* control = site ? site->value.find("control") : nullptr;
    if (!control) {
        return fs::path(default_socket);
    }
    return fs::absolute(file).parent_path() / control->value.text;
}

} // namespace

result<fs::path> find_socket(const std::string& socket, const std::string& configuration) {
    if (!socket.empty()) {
        return fs::path(socket);
    }
    if (!configuration.empty()) {
        return socket_in(configuration);
    }
    auto installed = socket_in(default_configuration);
    return installed ? std::move(installed) : result<fs::path>(fs::path(default_socket));
}

} // namespace waypost::kernel::cli
