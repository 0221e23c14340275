// SPDX-License-Identifier: Apache-2.0
// What the service manager is told, see sd_notify(3). Without a service manager nothing happens.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace waypost::kernel::daemon::notify {

void ready(std::string_view status);
void reloading();
void stopping();
void status(std::string_view text);
void watchdog();
/// A stop that takes longer than the service manager would wait.
void extend(std::chrono::milliseconds by);
/// Half of WATCHDOG_USEC, when the service manager wants signs of life.
std::optional<std::chrono::milliseconds> watchdog_period();

} // namespace waypost::kernel::daemon::notify
