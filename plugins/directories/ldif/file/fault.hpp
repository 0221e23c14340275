// SPDX-License-Identifier: Apache-2.0
// Crash points of this plugin: with WAYPOST_FAULTS and WAYPOST_CRASH_AT="ldif.fold.renamed:1" in
// the environment the n-th pass kills the process at once; otherwise a point is nothing.
// Thread-safe.
#pragma once

namespace waypost::ldif {

#ifdef WAYPOST_FAULTS
void fault_point(const char* name) noexcept;
#else
inline void fault_point(const char*) noexcept {}
#endif

} // namespace waypost::ldif
