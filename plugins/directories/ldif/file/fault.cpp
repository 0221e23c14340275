// SPDX-License-Identifier: Apache-2.0
// Crash points; see fault.hpp.
#include "file/fault.hpp"

#ifdef WAYPOST_FAULTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace waypost::ldif {

void fault_point(const char* name) noexcept {
    static std::atomic<long> passes{0};
    const char* text = std::getenv("WAYPOST_CRASH_AT");
    if (!text)
        return;
    const std::string_view plan(text);
    const auto colon = plan.rfind(':');
    if (plan.substr(0, colon) != name)
        return;
    const long wanted =
        colon == std::string_view::npos ? 1 : std::strtol(text + colon + 1, nullptr, 10);
    if (++passes == wanted)
        ::kill(::getpid(), SIGKILL);
}

} // namespace waypost::ldif

#endif
