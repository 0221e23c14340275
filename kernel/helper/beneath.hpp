// SPDX-License-Identifier: Apache-2.0
// The open_file request, on the helper's side: a file beneath a registered directory, read-only.
// openat2 with RESOLVE_BENEATH lets no "..", no absolute path and no link lead out of it, also
// while somebody changes the tree. No memory is allocated.
#pragma once

#include "helper/protocol.hpp"
#include "helper/sockets.hpp"

#include <span>

namespace waypost::kernel::helper {

/// `directories`: descriptors of the registered directories, by number.
opened open_beneath(const open_request& request, std::span<const int> directories) noexcept;

} // namespace waypost::kernel::helper
