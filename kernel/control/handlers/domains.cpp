// SPDX-License-Identifier: Apache-2.0
// domain.add, domain.list, domain.show, domain.set, domain.remove
#include "control/handlers/entries.hpp"
#include "control/handlers/handlers.hpp"

namespace waypost::kernel::control {

void add_domain_calls(table& calls, const sources& from) {
    const auto& on = from.domains;
    add_entry_calls(calls, "domain", "domain", right::manage_domains, on);
    calls.add("domain.add", right::manage_domains,
              [&on](const json& args, const row_sink&) -> result<json> {
                  if (auto fine = only(args, {"domain", "attributes"}); !fine) {
                      return fine.failure();
                  }
                  auto name = text_argument(args, "domain");
                  auto attributes = edits_argument(args);
                  if (!name || !attributes) {
                      return !name ? name.failure() : attributes.failure();
                  }
                  return on.add ? on.add(*name, *attributes, {}) : not_in_this_build();
              });
}

} // namespace waypost::kernel::control
