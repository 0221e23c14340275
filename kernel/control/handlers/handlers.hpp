// SPDX-License-Identifier: Apache-2.0
// The groups of calls; each file puts its calls with their rights into the table. A new group is
// one new file and one line here and in add_all.
#pragma once

#include "control/sources.hpp"

namespace waypost::kernel::control {

// `from` must outlive the table.
void add_status_calls(table& calls, const sources& from);
void add_domain_calls(table& calls, const sources& from);
void add_user_calls(table& calls, const sources& from);
void add_group_calls(table& calls, const sources& from);
void add_administrator_calls(table& calls, const sources& from);
void add_mailbox_calls(table& calls, const sources& from);
void add_queue_calls(table& calls, const sources& from);
void add_route_calls(table& calls, const sources& from);
void add_process_calls(table& calls, const sources& from);

inline void add_all(table& calls, const sources& from) {
    add_status_calls(calls, from);
    add_domain_calls(calls, from);
    add_user_calls(calls, from);
    add_group_calls(calls, from);
    add_administrator_calls(calls, from);
    add_mailbox_calls(calls, from);
    add_queue_calls(calls, from);
    add_route_calls(calls, from);
    add_process_calls(calls, from);
}

} // namespace waypost::kernel::control
