// SPDX-License-Identifier: Apache-2.0
// The helper's loop: one packet in, checked, served, one reply out, until the main process is gone.
// It knows nothing of mail and keeps no state but two counters. Single thread, no memory allocated.
#pragma once

#include "helper/protocol.hpp"

#include <span>

namespace waypost::kernel::helper {

/// Returns when the other end of the socket was closed.
void serve(int socket, std::span<const int> directories) noexcept;

} // namespace waypost::kernel::helper
