// SPDX-License-Identifier: Apache-2.0
#include "daemon/notify.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <ctime>

namespace waypost::kernel::daemon::notify {
namespace {

void tell(const std::string& state) {
    ::sd_notify(0, state.c_str());
}

long long monotonic_us() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
}

} // namespace

void ready(std::string_view text) {
    tell(fmt::format("READY=1\nSTATUS={}", text));
}
void reloading() {
    tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading", monotonic_us()));
}
void stopping() {
    tell("STOPPING=1\nSTATUS=finishing what runs");
}
void status(std::string_view text) {
    tell(fmt::format("STATUS={}", text));
}
void watchdog() {
    tell("WATCHDOG=1");
}
void extend(std::chrono::milliseconds by) {
    tell(fmt::format("EXTEND_TIMEOUT_USEC={}", by.count() * 1000));
}

std::optional<std::chrono::milliseconds> watchdog_period() {
    std::uint64_t limit_us = 0;
    if (::sd_watchdog_enabled(0, &limit_us) <= 0) {
        return std::nullopt;
    }
    return std::chrono::milliseconds(limit_us / 2'000);
}

} // namespace waypost::kernel::daemon::notify
