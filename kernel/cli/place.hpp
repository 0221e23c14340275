// SPDX-License-Identifier: Apache-2.0
// Where the daemon's control socket is: --socket, or the key control of [site] in the
// configuration.
#pragma once

#include <waypost/result.hpp>

#include <filesystem>
#include <string>

namespace waypost::kernel::cli {

inline constexpr const char* default_configuration = "/etc/waypost/waypost.toml";
inline constexpr const char* default_socket = "/run/waypost/control";

/// Empty texts: not given. Without both, the installed configuration if it can be read, else the
/// default.
result<std::filesystem::path> find_socket(const std::string& socket,
                                          const std::string& configuration);

} // namespace waypost::kernel::cli
