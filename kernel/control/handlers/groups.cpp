// SPDX-License-Identifier: Apache-2.0
// group.add, group.list, group.show, group.set, group.remove, group.join, group.leave
#include "control/handlers/entries.hpp"
#include "control/handlers/handlers.hpp"

namespace waypost::kernel::control {

void add_group_calls(table& calls, const sources& from) {
    const auto& on = from.groups;
    add_entry_calls(calls, "group", "group", right::manage_users, on);
    calls.add("group.add", right::manage_users,
              [&on](const json& args, const row_sink&) -> result<json> {
                  if (auto fine = only(args, {"group", "attributes"}); !fine) {
                      return fine.failure();
                  }
                  auto name = text_argument(args, "group");
                  auto attributes = edits_argument(args);
                  if (!name || !attributes) {
                      return !name ? name.failure() : attributes.failure();
                  }
                  return on.add ? on.add(*name, *attributes, {}) : not_in_this_build();
              });
    add_pair_call(calls, "group.join", right::manage_users, {"group", "member"}, edit::kind::add,
                  from.change_member);
    add_pair_call(calls, "group.leave", right::manage_users, {"group", "member"},
                  edit::kind::remove, from.change_member);
}

} // namespace waypost::kernel::control
