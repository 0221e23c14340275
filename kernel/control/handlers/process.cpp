// SPDX-License-Identifier: Apache-2.0
// reload, stop, sync
#include "control/handlers/arguments.hpp"
#include "control/handlers/handlers.hpp"

namespace waypost::kernel::control {
namespace {

void add_plain(table& calls, const char* name, right needs,
               const std::function<result<json>()>& run) {
    calls.add(name, needs, [&run](const json& args, const row_sink&) -> result<json> {
        if (auto fine = only(args, {}); !fine) {
            return fine.failure();
        }
        return run ? run() : not_in_this_build();
    });
}

} // namespace

void add_process_calls(table& calls, const sources& from) {
    add_plain(calls, "reload", right::manage_process, from.reload);
    add_plain(calls, "stop", right::manage_process, from.stop);
    calls.add("sync", right::synchronise,
              [&from](const json& args, const row_sink& rows) -> result<json> {
                  if (auto fine = only(args, {"kind", "domain"}); !fine) {
                      return fine.failure();
                  }
                  const auto kind = text_argument(args, "kind");
                  const auto domain = optional_text(args, "domain");
                  if (!kind || !domain) {
                      return !kind ? kind.failure() : domain.failure();
                  }
                  if (!from.synchronise) {
                      return not_in_this_build();
                  }
                  auto read = from.synchronise(*kind, *domain, rows);
                  return read ? result<json>(json::object()) : read.failure();
              });
}

} // namespace waypost::kernel::control
