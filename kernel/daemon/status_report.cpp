// SPDX-License-Identifier: Apache-2.0
#include "daemon/status_report.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace waypost::kernel::daemon {
namespace {

std::string plugin_of(const config::settings& from, const std::string& instance) {
    const auto* entry = from.plugin(instance);
    return entry ? entry->plugin : instance;
}

} // namespace

std::string as_time(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

json as_time_or_null(std::int64_t unix_ns) {
    if (unix_ns == 0) {
        return nullptr;
    }
    return as_time(std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(
            std::chrono::nanoseconds(unix_ns))));
}

void report_plugins(json& into, const host::plugin_set& plugins, const config::settings& from,
                    const host::listen_service& listen) {
    json listeners = json::array();
    for (const auto& one : listen.bound()) {
        listeners.push_back({{"plugin", plugin_of(from, one.instance)},
                             {"instance", one.instance},
                             {"configured", one.endpoint},
                             {"endpoint", one.address}});
    }
    into["listeners"] = std::move(listeners);
    json states = json::array();
    for (const auto& one : plugins.status()) {
        json row{{"instance", one.name},
                 {"plugin", plugin_of(from, one.name)},
                 {"state", one.state},
                 {"faults", one.faults}};
        if (!one.error.empty()) {
            row["error"] = one.error;
        }
        states.push_back(std::move(row));
    }
    into["plugins"] = std::move(states);
}

result<void> list_plugins(const host::plugin_set& plugins, const config::settings& from,
                          const control::row_sink& rows) {
    for (const auto& one : plugins.status()) {
        rows({{"instance", one.name},
              {"plugin", plugin_of(from, one.name)},
              {"id", one.id},
              {"version", one.version},
              {"summary", one.summary},
              {"path", one.path},
              {"state", one.state},
              {"provides", one.provides},
              {"faults", one.faults},
              {"error", one.error}});
    }
    return {};
}

void report_directory(json& into, const directory::cache& cache) {
    const auto now = cache.status();
    json backends = json::array();
    for (const auto& one : now.backends) {
        backends.push_back({{"name", one.name},
                            {"live", one.live},
                            {"complete", one.complete},
                            {"committed", as_time_or_null(one.committed_ns)}});
    }
    into["directory"] = {
        {"generation", now.generation},
        {"sequence", now.sequence},
        {"age_seconds", now.age_ns < 0 ? json() : json(now.age_ns / 1'000'000'000)},
        {"entries", now.entries},
        {"domains", now.domains},
        {"users", now.users},
        {"addresses", now.addresses},
        {"bytes", now.bytes},
        {"building", now.building},
        {"live", now.live},
        {"complete", cache.is_complete()},
        {"backends", std::move(backends)}};
}

void report_transfer(json& into, transfer::transfer_unit& unit) {
    const auto& counters = unit.parts().counters;
    into["transfer"] = {{"accepting", unit.parts().accepting.load()},
                        {"transactions", unit.parts().transactions.load()},
                        {"accepted", counters.accepted.load()},
                        {"refused", counters.refused.load()},
                        {"delivered", counters.delivered.load()},
                        {"deferred", counters.deferred.load()},
                        {"failed", counters.failed.load()}};
    const auto earliest = unit.queued().earliest();
    into["queue"] = {{"messages", unit.queued().size()},
                     {"next_try", earliest ? as_time_or_null(*earliest) : json()}};
    const auto log = unit.log_counters();
    into["log"] = {{"groups", log.groups},
                   {"syncs", log.syncs},
                   {"bytes_written", log.bytes_written},
                   {"messages", log.messages},
                   {"failed_groups", log.failed_groups},
                   {"pending_operations", log.pending_operations},
                   {"pending_bytes", log.pending_bytes},
                   {"tail_bytes", log.tail_bytes},
                   {"committer_cpu_ns", log.committer_cpu_ns},
                   {"waiting_for_checkpoint", log.waiting_for_checkpoint},
                   {"refusing", log.refusing}};
}

void report_helper(json& into, helper::client& helper) {
    const auto counted = helper.count();
    into["helper"] = {{"pid", helper.pid()}, {"alive", static_cast<bool>(counted)}};
    if (counted) {
        into["helper"]["served"] = counted->served;
        into["helper"]["refused"] = counted->refused;
    }
}

} // namespace waypost::kernel::daemon
