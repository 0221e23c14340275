// SPDX-License-Identifier: Apache-2.0
// Named crash points. With WAYPOST_FAULTS and WAYPOST_CRASH_AT="name:n" in the environment the n-th
// pass of point(name) kills the process at once; without WAYPOST_FAULTS a point compiles to
// nothing. Thread-safe.
#pragma once

namespace waypost::kernel::log::fault {

#ifdef WAYPOST_FAULTS
void point(const char* name) noexcept;
/// As WAYPOST_CRASH_AT, for a test that forked; not while other threads pass points.
void arm(const char* plan);
#else
inline void point(const char*) noexcept {}
#endif

} // namespace waypost::kernel::log::fault
