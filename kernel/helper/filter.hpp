// SPDX-License-Identifier: Apache-2.0
// What is left of the system for the helper: its capabilities (bind below 1024, read keys) and a
// seccomp filter that names the few system calls it makes. Any other call ends it.
#pragma once

namespace waypost::kernel::helper {

/// Gives up every capability but CAP_NET_BIND_SERVICE and CAP_DAC_READ_SEARCH. 0 or an errno value.
int keep_two_capabilities() noexcept;

/// Loads the filter. 0 or an errno value.
int load_filter() noexcept;

} // namespace waypost::kernel::helper
