// SPDX-License-Identifier: Apache-2.0
// Named crash points: with WAYPOST_FAULTS and WAYPOST_CRASH_AT="name:n" in the environment the n-th
// pass kills the process at once; without WAYPOST_FAULTS a point compiles to nothing. Thread-safe.
#pragma once

#ifdef WAYPOST_FAULTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace waypost::lmdb {

inline void crash_point(std::string_view name) noexcept {
    const char* const plan = std::getenv("WAYPOST_CRASH_AT"); // a test sets it after a fork
    if (plan == nullptr)
        return;
    const std::string_view text = plan;
    const std::size_t colon = text.rfind(':');
    if (text.substr(0, colon) != name)
        return;
    static std::atomic<long> left{
        colon == std::string_view::npos ? 1 : std::strtol(plan + colon + 1, nullptr, 10)};
    if (left.fetch_sub(1) == 1)
        ::kill(::getpid(), SIGKILL);
}

} // namespace waypost::lmdb

#else
namespace waypost::lmdb {
template <class Name>
inline void crash_point(const Name&) noexcept {}
} // namespace waypost::lmdb
#endif
