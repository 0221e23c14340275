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
    add_plain(calls, "sync", right::synchronise, from.synchronise);
}

} // namespace waypost::kernel::control
