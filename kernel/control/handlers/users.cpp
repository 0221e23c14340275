// SPDX-License-Identifier: Apache-2.0
// user.add, user.list, user.show, user.set, user.remove, user.passwd. A password is an argument of
// its own and never part of a text that could be logged.
#include "control/handlers/entries.hpp"
#include "control/handlers/handlers.hpp"

#include <cstring>

namespace waypost::kernel::control {
namespace {

/// Wipes its copy.
struct secret {
    explicit secret(std::string value) : text(std::move(value)) {}
    ~secret() { ::explicit_bzero(text.data(), text.size()); }
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;
    std::string text;
};

} // namespace

void add_user_calls(table& calls, const sources& from) {
    const auto& on = from.users;
    add_entry_calls(calls, "user", "user", right::manage_users, on);
    calls.add("user.add", right::manage_users,
              [&on](const json& args, const row_sink&) -> result<json> {
                  if (auto fine = only(args, {"user", "password", "attributes"}); !fine) {
                      return fine.failure();
                  }
                  auto name = text_argument(args, "user");
                  auto password = optional_text(args, "password");
                  auto attributes = edits_argument(args);
                  if (!name || !password || !attributes) {
                      return !name       ? name.failure()
                             : !password ? password.failure()
                                         : attributes.failure();
                  }
                  const secret held(std::move(*password));
                  return on.add ? on.add(*name, *attributes, held.text) : not_in_this_build();
              });
    calls.add("user.passwd", right::manage_users,
              [&from](const json& args, const row_sink&) -> result<json> {
                  auto name = text_argument(args, "user");
                  auto password = text_argument(args, "password");
                  if (!name || !password) {
                      return !name ? name.failure() : password.failure();
                  }
                  const secret held(std::move(*password));
                  return from.set_password ? rows_answer(from.set_password(*name, held.text))
                                           : not_in_this_build();
              });
}

} // namespace waypost::kernel::control
