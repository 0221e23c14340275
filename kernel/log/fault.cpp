// SPDX-License-Identifier: Apache-2.0
// Crash points; see fault.hpp.
#include "log/fault.hpp"

#ifdef WAYPOST_FAULTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace waypost::kernel::log::fault {
namespace {

struct plan {
    std::string name;
    std::atomic<long> left{0};

    plan() { set(std::getenv("WAYPOST_CRASH_AT")); }
    void set(const char* text) {
        name = text ? text : "";
        const auto colon = name.rfind(':');
        if (colon == std::string::npos) {
            left = 1;
            return;
        }
        left = std::strtol(name.c_str() + colon + 1, nullptr, 10);
        name.resize(colon);
    }
};

plan& armed() {
    static plan one;
    return one;
}

} // namespace

void point(const char* name) noexcept {
    auto& plan = armed();
    if (plan.name.empty() || plan.name != name)
        return;
    if (plan.left.fetch_sub(1) == 1)
        ::kill(::getpid(), SIGKILL);
}

void arm(const char* plan) {
    armed().set(plan);
}

} // namespace waypost::kernel::log::fault

#endif
