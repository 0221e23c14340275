// SPDX-License-Identifier: Apache-2.0
// What `waypost status` and `waypost plugins` say, part by part.
#pragma once

#include "config/settings.hpp"
#include "control/sources.hpp"
#include "directory/cache.hpp"
#include "helper/helper.hpp"
#include "host/listen_service.hpp"
#include "host/plugin_set.hpp"
#include "transfer/unit.hpp"

#include <chrono>

namespace waypost::kernel::daemon {

using control::json;

/// "listeners": with the ports that were bound; "plugins": state and faults of each instance.
void report_plugins(json& into, const host::plugin_set& plugins, const config::settings& from,
                    const host::listen_service& listen);
void report_directory(json& into, const directory::cache& cache);
/// "queue", "transfer", "log".
void report_transfer(json& into, transfer::transfer_unit& unit);
void report_helper(json& into, helper::client& helper);

result<void> list_plugins(const host::plugin_set& plugins, const config::settings& from,
                          const control::row_sink& rows);

/// RFC 3339, UTC.
std::string as_time(std::chrono::system_clock::time_point time);
/// The same of nanoseconds; null for 0: never.
json as_time_or_null(std::int64_t unix_ns);

} // namespace waypost::kernel::daemon
