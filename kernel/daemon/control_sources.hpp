// SPDX-License-Identifier: Apache-2.0
// Puts the kernel's parts behind the control calls: each function fills its fields of
// control::sources.
#pragma once

#include "control/sources.hpp"
#include "daemon/directory_part.hpp"
#include "directory/admin.hpp"
#include "directory/delegation.hpp"
#include "routing/router.hpp"
#include "transfer/unit.hpp"

namespace waypost::kernel::daemon {

// The parts must outlive the sources.
void connect_entries(control::sources& calls, directory::admin& admin);
std::vector<directory::attribute_change> changes_of(const control::edits& from);
/// What is left of a caller's rights in the name of an account.
control::delegate_rules rules_of(const directory::delegation& by, const directory::admin& admin);
void connect_queue(control::sources& calls, transfer::transfer_unit& unit);
void connect_mailboxes(control::sources& calls, transfer::transfer_unit& unit);
/// Of `waypost sync`; see control::sources::synchronise.
result<void> synchronise(directory_part& part, const directory::cache& cache,
                         const std::string& kind, const std::string& domain,
                         const control::row_sink& rows);
void connect_route(control::sources& calls, const routing::router& router,
                   const directory::cache& cache);

} // namespace waypost::kernel::daemon
