// SPDX-License-Identifier: Apache-2.0
// list, show, set and remove, which domains and users have alike.
#pragma once

#include "control/handlers/arguments.hpp"

namespace waypost::kernel::control {

inline result<json> rows_answer(const result<void>& listed) {
    return listed ? result<json>(json::object()) : listed.failure();
}

/// `key`: the argument that names the entry, "domain" or "user".
inline void add_entry_calls(table& calls, const std::string& group, const char* key, right needs,
                            const entry_operations& on) {
    calls.add(group + ".list", needs,
              [&on](const json& args, const row_sink& rows) -> result<json> {
                  if (auto fine = only(args, {"domain"}); !fine) {
                      return fine.failure();
                  }
                  auto domain = optional_text(args, "domain");
                  if (!domain) {
                      return domain.failure();
                  }
                  return on.list ? rows_answer(on.list(*domain, rows)) : not_in_this_build();
              });
    calls.add(group + ".show", needs,
              [&on, key](const json& args, const row_sink&) -> result<json> {
                  auto name = text_argument(args, key);
                  if (!name) {
                      return name.failure();
                  }
                  return on.show ? on.show(*name) : not_in_this_build();
              });
    calls.add(group + ".set", needs, [&on, key](const json& args, const row_sink&) -> result<json> {
        auto name = text_argument(args, key);
        auto changes = edits_argument(args);
        if (!name || !changes) {
            return !name ? name.failure() : changes.failure();
        }
        if (changes->empty()) {
            return error{WP_INVALID, "there is nothing to set"};
        }
        return on.set ? on.set(*name, *changes) : not_in_this_build();
    });
    calls.add(group + ".remove", needs,
              [&on, key](const json& args, const row_sink&) -> result<json> {
                  auto name = text_argument(args, key);
                  if (!name) {
                      return name.failure();
                  }
                  return on.remove ? on.remove(*name) : not_in_this_build();
              });
}

} // namespace waypost::kernel::control
