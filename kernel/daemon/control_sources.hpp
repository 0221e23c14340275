// SPDX-License-Identifier: Apache-2.0
// Puts the kernel's parts behind the control calls: each function fills its fields of
// control::sources.
#pragma once

#include "control/sources.hpp"
#include "directory/admin.hpp"
#include "routing/router.hpp"
#include "transfer/unit.hpp"

namespace waypost::kernel::daemon {

// The parts must outlive the sources.
void connect_entries(control::sources& calls, directory::admin& admin);
void connect_queue(control::sources& calls, transfer::transfer_unit& unit);
void connect_mailboxes(control::sources& calls, transfer::transfer_unit& unit);
void connect_route(control::sources& calls, const routing::router& router);

} // namespace waypost::kernel::daemon
