// SPDX-License-Identifier: Apache-2.0
// status, plugins
#include "control/handlers/entries.hpp"
#include "control/handlers/handlers.hpp"

namespace waypost::kernel::control {

void add_status_calls(table& calls, const sources& from) {
    calls.add("status", right::read_status, [&from](const json&, const row_sink&) -> result<json> {
        return from.status ? from.status() : not_in_this_build();
    });
    calls.add("plugins", right::read_status,
              [&from](const json&, const row_sink& rows) -> result<json> {
                  return from.plugins ? rows_answer(from.plugins(rows)) : not_in_this_build();
              });
}

} // namespace waypost::kernel::control
