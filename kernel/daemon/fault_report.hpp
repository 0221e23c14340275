// SPDX-License-Identifier: Apache-2.0
// A crash says what it can before it dumps core: the signal, the address, and the calls that led
// there, on standard error. The log and the stores need no goodbye; the next start recovers.
#pragma once

namespace waypost::kernel::daemon {

/// Handlers of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT. Not in builds with sanitizers, which
/// have their own.
void report_faults() noexcept;

} // namespace waypost::kernel::daemon
