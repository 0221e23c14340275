// SPDX-License-Identifier: Apache-2.0
// One run of the tool: command line in, exit code out. `ask` replaces the daemon in tests.
#pragma once

#include "cli/session.hpp"

#include <iosfwd>

namespace waypost::kernel::cli {

int run(int count, const char* const* arguments, std::ostream& out, std::ostream& err,
        ask_function ask = {});

} // namespace waypost::kernel::cli
