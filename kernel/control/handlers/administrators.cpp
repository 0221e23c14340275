// SPDX-License-Identifier: Apache-2.0
// admin.add, admin.remove: who administers a domain. Those there are stand in domain.show.
#include "control/handlers/entries.hpp"
#include "control/handlers/handlers.hpp"

namespace waypost::kernel::control {

void add_administrator_calls(table& calls, const sources& from) {
    add_pair_call(calls, "admin.add", right::manage_domains, {"domain", "user"}, edit::kind::add,
                  from.change_administrator);
    add_pair_call(calls, "admin.remove", right::manage_domains, {"domain", "user"},
                  edit::kind::remove, from.change_administrator);
}

} // namespace waypost::kernel::control
