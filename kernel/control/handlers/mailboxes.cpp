// SPDX-License-Identifier: Apache-2.0
// mailbox.list
#include "control/handlers/entries.hpp"
#include "control/handlers/handlers.hpp"

namespace waypost::kernel::control {

void add_mailbox_calls(table& calls, const sources& from) {
    calls.add("mailbox.list", right::read_mailboxes,
              [&from](const json& args, const row_sink& rows) -> result<json> {
                  auto account = optional_text(args, "account");
                  if (!account) {
                      return account.failure();
                  }
                  return from.mailboxes ? rows_answer(from.mailboxes(*account, rows))
                                        : not_in_this_build();
              });
}

} // namespace waypost::kernel::control
