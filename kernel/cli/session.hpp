// SPDX-License-Identifier: Apache-2.0
// What every command gets: where the daemon is, how to print, and the one function that calls it.
#pragma once

#include <waypost/result.hpp>

#include <nlohmann/json.hpp>

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace waypost::kernel::cli {

using nlohmann::json;

inline constexpr int exit_done = 0;
inline constexpr int exit_refused = 1;     // by the daemon
inline constexpr int exit_usage = 2;       // the command line is wrong
inline constexpr int exit_unreachable = 3; // no daemon answers

/// The answer to one call: all rows, then the result.
struct answer {
    std::vector<json> rows;
    json result;
};

/// Asks the daemon. Each row goes to `row` when it is set, and into the answer otherwise.
using ask_function = std::function<result<answer>(const std::string& call, const json& args,
                                                  const std::function<void(const json&)>& row)>;

struct session {
    bool as_json = false;
    ask_function ask;
    std::ostream* out = nullptr;
    std::ostream* err = nullptr;
    int exit_code = exit_done; // of the command that ran

    /// Asks; on failure prints it, sets the exit code and returns nothing.
    bool get(const std::string& call, const json& args, answer& into);
};

} // namespace waypost::kernel::cli
