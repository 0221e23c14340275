// SPDX-License-Identifier: Apache-2.0
// The tool's end of the control socket. Single thread.
#pragma once

#include "cli/session.hpp"

#include <filesystem>

namespace waypost::kernel::cli {

/// Status of the failure when no daemon can be reached; not an answer of a daemon.
inline constexpr wp_status unreachable = -1000;

/// Connects, sends, reads rows and answer. With `until_closed`, returns when the daemon closed the
/// connection, which it does last of all when it stops. `as`: in the name of that account; empty:
/// the caller's own.
result<answer> ask_daemon(const std::filesystem::path& socket, const std::string& call,
                          const json& args, const std::string& as,
                          const std::function<void(const json&)>& row, bool until_closed = false);

} // namespace waypost::kernel::cli
