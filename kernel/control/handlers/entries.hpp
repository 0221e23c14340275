// SPDX-License-Identifier: Apache-2.0
// list, show, set and remove, which domains, users and groups have alike; and calls on two names.
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

/// Two names that come together or part: a group and a member, a domain and an administrator.
inline void add_pair_call(
    table& calls, const char* call, right needs, std::pair<const char*, const char*> keys,
    edit::kind how,
    const std::function<result<json>(const std::string&, const std::string&, edit::kind)>& run) {
    calls.add(call, needs, [&run, keys, how](const json& args, const row_sink&) -> result<json> {
        if (auto fine = only(args, {keys.first, keys.second}); !fine) {
            return fine.failure();
        }
        auto first = text_argument(args, keys.first);
        auto second = text_argument(args, keys.second);
        if (!first || !second) {
            return !first ? first.failure() : second.failure();
        }
        return run ? run(*first, *second, how) : not_in_this_build();
    });
}

} // namespace waypost::kernel::control
