// SPDX-License-Identifier: Apache-2.0
// The bind request, on the helper's side: checks it against the rules and opens the listening
// socket. No memory is allocated.
#pragma once

#include "helper/protocol.hpp"

#include <cstdint>

namespace waypost::kernel::helper {

/// Ports below 1024 that the helper opens. A main process taken over by a stranger cannot pose as
/// another service.
inline constexpr std::uint16_t mail_ports[] = {24, 25, 80, 110, 143, 443, 465, 587, 993, 995};

struct opened {
    int fd = -1;
    int error = 0;
    bool refused = false; // against the rules, not a failure of the system
};
opened open_listener(const bind_request& request) noexcept;

} // namespace waypost::kernel::helper
