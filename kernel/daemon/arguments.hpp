// SPDX-License-Identifier: Apache-2.0
// The daemon's command line.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>

namespace waypost::kernel::daemon {

inline constexpr int exit_stopped = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

struct arguments {
    enum class task { run, check, reference };
    task what = task::run;
    std::filesystem::path configuration = "/etc/waypost/waypost.toml";
};

/// Nothing: there is nothing more to do (--help, --version, a wrong argument), and `code` says how
/// to end.
std::optional<arguments> read_arguments(int count, const char* const* words, std::ostream& out,
                                        std::ostream& err, int& code);

} // namespace waypost::kernel::daemon
