// SPDX-License-Identifier: Apache-2.0
#include "daemon/part_options.hpp"

#include "config/units.hpp"
#include "directory/keys.hpp"
#include "directory/layout.hpp"

#include <waypost/ascii.hpp>

namespace waypost::kernel::daemon {
namespace {

using std::chrono::duration_cast;

std::vector<std::chrono::milliseconds> intervals(const std::vector<std::string>& words) {
    std::vector<std::chrono::milliseconds> made;
    for (const auto& word : words) {
        // The check of the configuration refused what cannot be read.
        if (const auto wait_ns = config::parse_duration(word)) {
            made.push_back(
                duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(*wait_ns)));
        }
    }
    return made;
}

bool overquota_permanent(const config::settings& from) {
    return from.transfer().text("overquota") == "permanent";
}

std::int64_t unix_time_ns() {
    return duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

} // namespace

log::options log_options(const config::settings& from) {
    const wp_config& keys = from.log();
    log::options made;
    made.directory = from.state();
    made.segment_bytes = keys.size("segment_size");
    made.tail_bytes = keys.size("tail_size");
    made.pending_bytes = keys.size("pending_size");
    made.unsynced_delay = duration_cast<std::chrono::milliseconds>(keys.duration("unsynced_delay"));
    made.checkpoint_records = keys.size("checkpoint_records");
    made.checkpoint_interval =
        duration_cast<std::chrono::milliseconds>(keys.duration("checkpoint_interval"));
    return made;
}

transfer::options transfer_options(const config::settings& from) {
    const wp_config& keys = from.transfer();
    transfer::options made;
    made.state = from.state();
    made.message_size_limit = keys.size("message_size_limit");
    made.ingest_budget = keys.size("ingest_budget");
    made.max_recipients = keys.size("max_recipients");
    made.max_hops = static_cast<std::uint32_t>(keys.integer("max_hops"));
    made.max_transactions = keys.size("max_transactions");
    made.max_jobs = keys.size("max_jobs");
    made.overquota_permanent = overquota_permanent(from);
    made.destination_concurrency = keys.size("destination_concurrency");
    made.destination_pauses = intervals(keys.list("destination_pauses"));
    made.delay_warning = duration_cast<std::chrono::seconds>(keys.duration("delay_warning"));
    made.hostname = from.hostname();
    made.postmaster = keys.text("postmaster");
    made.returned_size = keys.size("returned_size");
    made.trace_bytes = keys.size("trace_size");
    made.queue_map_bytes = keys.size("queue_size");
    made.retry.intervals = intervals(keys.list("retry_schedule"));
    made.retry.lifetime = duration_cast<std::chrono::seconds>(keys.duration("queue_lifetime"));
    made.checkpoint_records = from.log().size("checkpoint_records");
    made.checkpoint_interval =
        duration_cast<std::chrono::milliseconds>(from.log().duration("checkpoint_interval"));
    made.now = unix_time_ns;
    return made;
}

routing::settings routing_settings(const config::settings& from) {
    routing::settings made;
    made.local_hosts = {fold_domain(from.hostname())};
    made.overquota_permanent = overquota_permanent(from);
    made.postmaster = from.transfer().text("postmaster");
    for (const auto& text : from.transfer().list("channels")) {
        if (auto rule = routing::parse_channel_rule(text)) { // config/rules.cpp refused the others
            made.channel_rules.push_back(std::move(*rule));
        }
    }
    made.destination_limit = static_cast<std::uint32_t>(from.transfer().integer("list_members"));
    made.member_search_limit = static_cast<std::uint32_t>(from.transfer().integer("list_search"));
    made.separator = from.transfer().text("subaddress_separator");
    return made;
}

auth::authenticator_options login_options(const config::settings& from) {
    auth::authenticator_options made;
    made.default_domain = from.default_domain();
    const wp_config& keys = from.directory();
    made.verified_ttl_ns = keys.duration("password_cache_time").count();
    made.verified_limit = keys.size("password_cache_size");
    made.limits.per_user = static_cast<std::uint32_t>(keys.integer("login_failures_per_user"));
    made.limits.per_client = static_cast<std::uint32_t>(keys.integer("login_failures_per_client"));
    made.limits.window_ns = keys.duration("login_failure_window").count();
    return made;
}

directory::admin_settings admin_options(const config::settings& from) {
    directory::admin_settings made{std::string(from.directory().text("dc_root")),
                                   std::string(from.directory().text("organization_root"))};
    // The check of the configuration refused what is none.
    if (const auto tree = directory::layout_of(from.directory().text("layout"))) {
        made.tree = *tree;
    }
    return made;
}

directory_part::schedule sync_schedule(const config::settings& from) {
    const auto time = [&](const char* key) {
        return duration_cast<std::chrono::milliseconds>(from.directory().duration(key));
    };
    return {time("sync_retry"), time("sync_interval"), time("full_sync_interval")};
}

host::worker_limits worker_options(const config::settings& from) {
    const wp_config& site = from.site();
    return host::worker_limits_for(site.integer("workers"), site.integer("authentication_workers"),
                                   site.integer("calls_per_plugin"));
}

std::chrono::milliseconds shutdown_deadline(const config::settings& from) {
    return duration_cast<std::chrono::milliseconds>(from.site().duration("shutdown_deadline"));
}

} // namespace waypost::kernel::daemon
