// SPDX-License-Identifier: Apache-2.0
#include "control/table.hpp"

#include <fmt/format.h>

#include <exception>
#include <stdexcept>

namespace waypost::kernel::control {

void table::add(const std::string& name, right needs, handler run) {
    if (!entries_.try_emplace(name, entry{needs, std::move(run)}).second) {
        throw std::logic_error("two handlers for the control call " + name);
    }
}

std::string table::answer(std::string_view line, const caller& who, uid_t service_user,
                          const row_sink& rows) const {
    try {
        const result<json> done = run(line, who, service_user, rows);
        return done ? encode_result(*done) : encode_error(done.failure());
    } catch (const std::exception& why) {
        // A broken invariant in one handler ends the call, not the daemon.
        return encode_error({WP_BUG, fmt::format("internal fault: {}", why.what())});
    }
}

result<json> table::run(std::string_view line, const caller& who, uid_t service_user,
                        const row_sink& rows) const {
    const auto asked = parse_request(line);
    if (!asked) {
        return asked.failure();
    }
    const auto found = entries_.find(asked->call);
    if (found == entries_.end()) {
        return error{
            WP_UNSUPPORTED,
            fmt::format("this daemon does not know the call \"{}\"; is the tool of the same "
                        "version?",
                        asked->call)};
    }
    if (auto allowed = authorise(who, service_user, found->second.needs); !allowed) {
        return allowed.failure();
    }
    if (asked->as.empty()) {
        return found->second.run(asked->args, rows);
    }
    if (!delegates_) {
        return error{WP_UNSUPPORTED, "this daemon knows no accounts"};
    }
    const auto shows = delegates_(asked->as, asked->call, asked->args);
    if (!shows) {
        return shows.failure();
    }
    return found->second.run(asked->args,
                             [&](const json& row) { return !(*shows)(row) || rows(row); });
}

} // namespace waypost::kernel::control
