// SPDX-License-Identifier: Apache-2.0
// The tables. A key: name, type, flags, default, help, minimum, maximum.
#include "config/schema.hpp"

#include <cstdint>

namespace waypost::kernel::config {
namespace {

constexpr std::uint32_t reloadable = WP_CONFIG_RELOADABLE;
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 3'600 * second;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t kib = 1'024;
constexpr std::int64_t mib = 1'024 * kib;
constexpr std::int64_t gib = 1'024 * mib;
constexpr std::int64_t any = -1; // as a maximum: no range

constexpr wp_config_key site_keys[] = {
    {"state", WP_CONFIG_PATH, 0, "/var/lib/waypost",
     "Everything that must survive: message log, queue, mailboxes, directory cache. A relative "
     "path starts at the "
     "folder of the configuration file; all other relative paths start here.",
     0, any},
    {"hostname", WP_CONFIG_TEXT, 0, "",
     "The name in greetings and in Received: headers. Empty: the name of the machine.", 0, any},
    {"control", WP_CONFIG_PATH, 0, "control", "The socket on which `waypost` talks to the daemon.",
     0, any},
    {"plugin_path", WP_CONFIG_LIST, 0, "/usr/lib/waypost/plugins",
     "Folders in which plugins are looked for, in this order. A relative path starts at the folder "
     "of the "
     "configuration file.",
     0, any},
    {"user", WP_CONFIG_TEXT, 0, "",
     "The user to run as when started as root. Empty: no change of user.", 0, any},
    {"group", WP_CONFIG_TEXT, 0, "",
     "The group to run as when started as root. Empty: the user's group.", 0, any},
    {"log_level", WP_CONFIG_TEXT, reloadable, "info", "The least important lines that are written.",
     0, any},
    {"default_domain", WP_CONFIG_TEXT, 0, "",
     "The domain of user names that are given without one. Empty: the host name.", 0, any},
    {"shutdown_deadline", WP_CONFIG_DURATION, reloadable, "30s",
     "How long a stop waits for running sessions and deliveries before it ends them.", second,
     hour},
    {"workers", WP_CONFIG_INTEGER, 0, "0",
     "Threads for calls into plugins that may block. 0: four for each processor.", 0, 1'024},
    {"authentication_workers", WP_CONFIG_INTEGER, 0, "0",
     "Threads for password checks, apart from all other calls. 0: two for each processor.", 0,
     1'024},
    {"calls_per_plugin", WP_CONFIG_INTEGER, 0, "8",
     "Calls into one instance that run at the same time; more of them wait.", 1, 1'024},
};

constexpr wp_config_key transfer_keys[] = {
    {"message_size_limit", WP_CONFIG_SIZE, 0, "50MiB", "The largest message that is accepted.",
     64 * kib, 2 * gib},
    {"ingest_budget", WP_CONFIG_SIZE, 0, "64MiB",
     "Memory for all messages that are just coming in; above it senders are slowed down.", mib,
     64 * gib},
    {"max_recipients", WP_CONFIG_INTEGER, 0, "1000", "Recipients of one message.", 100, 1'000'000},
    {"max_hops", WP_CONFIG_INTEGER, 0, "50",
     "Received: fields of a message; one with more goes in circles and is refused.", 10, 1'000},
    {"max_transactions", WP_CONFIG_INTEGER, 0, "20000", "Messages that come in at the same time.",
     1, 10'000'000},
    {"max_jobs", WP_CONFIG_INTEGER, 0, "1000",
     "Deliveries from the queue under way at the same time.", 1, 100'000},
    {"destination_concurrency", WP_CONFIG_INTEGER, 0, "20",
     "Deliveries to one destination (channel and next hop) under way at the same time. A "
     "destination starts with 5 and gets more while it answers.",
     1, 10'000},
    {"destination_pauses", WP_CONFIG_LIST, 0, "1m,5m,15m",
     "How long a destination that could not be reached is left alone: after the first failure, the "
     "second, ...; the last one repeats. Then one message tries whether it is back.",
     0, any},
    {"retry_schedule", WP_CONFIG_LIST, 0, "1m,5m,15m,30m,1h",
     "Waits between the tries of a delivery; the last one repeats.", 0, any},
    {"queue_lifetime", WP_CONFIG_DURATION, 0, "5d",
     "How long delivery is tried before a message is returned to its sender.", 60 * second,
     60 * day},
    {"delay_warning", WP_CONFIG_DURATION, 0, "4h",
     "When the sender of a message that could not be delivered yet is told so, once. 0: never.", 0,
     60 * day},
    {"postmaster", WP_CONFIG_TEXT, 0, "",
     "Address that gets what can be returned to nobody: failed reports, and mail for postmaster "
     "without a domain. Empty: such reports end with a line in the log.",
     0, any},
    {"returned_size", WP_CONFIG_SIZE, 0, "64KiB",
     "A failed message up to this size is returned whole; of a larger one its header.", 0,
     64 * mib},
    {"queue_size", WP_CONFIG_SIZE, 0, "16GiB",
     "Address space of the queue's table; not disk space or memory.", 16 * mib, 1'024 * gib},
    {"channels", WP_CONFIG_LIST, 0, "",
     "Which channel takes mail for domains that are not ours, \"pattern=channel\" or "
     "\"pattern=channel:nexthop\"; a pattern is a domain, \".domain\" for all below it, or "
     "\"*\". The first that matches decides; without one it is smtp.",
     0, any},
    {"trace_size", WP_CONFIG_SIZE, 0, "256MiB",
     "Disk space for what `waypost trace` shows; the oldest goes first. 0: no trace.", 0,
     1'024 * gib},
    {"overquota", WP_CONFIG_TEXT, 0, "temporary",
     "Mail for a full mailbox: `temporary` lets the sender try again, `permanent` returns it.", 0,
     any},
    {"list_members", WP_CONFIG_INTEGER, 0, "10000",
     "Most places that one recipient, a list for instance, may lead to. More are left out.", 1,
     1000000},
    {"list_search", WP_CONFIG_INTEGER, 0, "100000",
     "Most entries that one memberURL of a list may look at. Above it the list takes no mail for "
     "now (451).",
     1, 100000000},
    {"subaddress_separator", WP_CONFIG_TEXT, 0, "+",
     "The character between a user and a detail in an address (user+detail). Empty: no "
     "subaddresses.",
     0, any},
};

constexpr wp_config_key log_keys[] = {
    {"segment_size", WP_CONFIG_SIZE, 0, "64MiB", "Size of one file of the message log.", mib,
     4 * gib},
    {"tail_size", WP_CONFIG_SIZE, 0, "64MiB",
     "How much log a start may have to replay; above it commits wait for a checkpoint.", mib,
     4 * gib},
    {"checkpoint_interval", WP_CONFIG_DURATION, 0, "5s",
     "Time between checkpoints of the log's readers.", second / 10, hour},
    {"checkpoint_records", WP_CONFIG_INTEGER, 0, "10000", "Records between checkpoints.", 1,
     10'000'000},
    {"pending_size", WP_CONFIG_SIZE, 0, "64MiB",
     "Octets that wait for the log; above it submissions are answered 4xx.", mib, 4 * gib},
    {"unsynced_delay", WP_CONFIG_DURATION, 0, "1s",
     "How long records that need no sync at once (delivered to a remote, next try) may wait for "
     "one.",
     0, 10 * second},
};

constexpr wp_config_key directory_keys[] = {
    {"cache", WP_CONFIG_PATH, 0, "cache", "Folder of the directory cache.", 0, any},
    {"cache_size", WP_CONFIG_SIZE, 0, "16GiB",
     "Address space of one generation of the cache; not disk space or memory.", 16 * mib,
     1'024 * gib},
    {"sync_retry", WP_CONFIG_DURATION, 0, "10s",
     "Wait before a directory that is away is asked again; it doubles up to ten times this.",
     second, hour},
    {"sync_interval", WP_CONFIG_DURATION, 0, "1m",
     "How often a directory that does not report its changes is asked for them.", second, day},
    {"full_sync_interval", WP_CONFIG_DURATION, 0, "1d",
     "How often such a directory is read in full: deleted users and changed administrators are "
     "known from then on.",
     minute, 365 * day},
    {"layout", WP_CONFIG_TEXT, 0, "schema1",
     "Which entries new domains get: 'schema1', 'schema2', 'labels' or 'organisational'. Existing "
     "domains are recognised in all of them.",
     0, any},
    {"dc_root", WP_CONFIG_TEXT, 0, "o=internet",
     "Entry under which new domains get their nodes. Empty: the top of the tree, 'dc=com' beside "
     "'dc=org'.",
     0, any},
    {"organization_root", WP_CONFIG_TEXT, 0, "o=isp",
     "Entry under which new domains get their organizations.", 0, any},
    {"password_cache_time", WP_CONFIG_DURATION, 0, "1m",
     "How long a verified password is not checked again. 0: every login is checked.", 0, day},
    {"password_cache_size", WP_CONFIG_INTEGER, 0, "10000",
     "Verified passwords that are remembered, as hashes under a key of this run.", 0, 10'000'000},
    {"login_failures_per_user", WP_CONFIG_INTEGER, 0, "10",
     "Failed logins of one user within the window, before more are refused unasked.", 1, 1'000'000},
    {"login_failures_per_client", WP_CONFIG_INTEGER, 0, "50",
     "The same for one client address (IPv6: its /64).", 1, 1'000'000},
    {"login_failure_window", WP_CONFIG_DURATION, 0, "5m", "How long a failed login is counted.",
     second, day},
};

constexpr wp_config_key domain_keys[] = {
    {"records", WP_CONFIG_LIST, 0,
     "@ MX 10 {hostname}.,@ TXT \"v=spf1 mx ~all\",mail CNAME {hostname}.",
     "DNS records of a new domain, OWNER TYPE DATA; '@' is the domain itself. They are added where "
     "a DNS updater may change the zone; otherwise `waypost domain check` names them.",
     0, any},
    {"record_ttl", WP_CONFIG_DURATION, 0, "1h", "TTL of these records.", second, 30 * day},
    {"create_zones", WP_CONFIG_BOOLEAN, 0, "false",
     "Make a zone of its own for a new domain where there is none and an updater can.", 0, any},
    {"from_directory", WP_CONFIG_BOOLEAN, 0, "true",
     "A domain that another tool writes into the directory gets its DNS records, too; one that "
     "leaves it loses those that were added.",
     0, any},
    {"retry", WP_CONFIG_DURATION, 0, "1m", "Wait before a step that failed is tried again.", second,
     day},
    {"from_messages", WP_CONFIG_TEXT, 0, "off",
     "A message for a domain nobody has defined, whose MX is this host: 'off' refuses it, "
     "'propose' answers 4xx and asks the operator, 'automatic' makes the domain where it is below "
     "one of `suffixes` and its zone can be changed, or `waypost domain token` is in its DNS, and "
     "proposes it otherwise.",
     0, any},
    {"suffixes", WP_CONFIG_LIST, 0, nullptr, "Domains below which messages may make domains.", 0,
     any},
    {"catch_all", WP_CONFIG_TEXT, 0, nullptr,
     "Address that gets the mail of unknown users of domains made by messages. Empty: 4xx.", 0,
     any},
    {"activate", WP_CONFIG_BOOLEAN, 0, "true",
     "false: domains made by messages are inactive until an operator activates them.", 0, any},
    {"proposals", WP_CONFIG_INTEGER, 0, "1000",
     "Most domains that messages proposed and nobody has approved or rejected. More are not "
     "remembered; their senders try again.",
     0, 100000},
    {"lookups_per_client", WP_CONFIG_INTEGER, 0, "10",
     "Unknown domains looked up a day for one client network (/24, /48).", 0, 1'000'000},
    {"lookups_per_day", WP_CONFIG_INTEGER, 0, "1000",
     "Unknown domains looked up a day at all; as often for the proof of proposed ones, a tenth of "
     "it "
     "for each.",
     0, 1'000'000},
    {"made_per_day", WP_CONFIG_INTEGER, 0, "100", "Domains made by messages a day.", 0, 1'000'000},
};

constexpr wp_config_key plugin_keys[] = {
    {"plugin", WP_CONFIG_TEXT, 0, nullptr,
     "Name of the plugin's file without `.so`, or a path to it. Default: the name of the section.",
     0, any},
    {"enabled", WP_CONFIG_BOOLEAN, 0, "true",
     "false: the section is kept and the plugin is not started.", 0, any},
    {"required", WP_CONFIG_BOOLEAN, 0, "true",
     "false: the daemon also starts when this plugin cannot.", 0, any},
};

constexpr section_schema sections[] = {
    {"site", "What concerns the whole daemon.", site_keys},
    {"transfer", "Accepting, queueing and retrying of messages.", transfer_keys},
    {"log", "The message log: every accepted message is in it before its sender gets an answer.",
     log_keys},
    {"directory", "The local copy of the directory.", directory_keys},
    {"domains", "New domains: their DNS records, and who may make them.", domain_keys},
};

constexpr choice choice_table[] = {
    {"site", "log_level", "debug|info|notice|warning|error"},
    {"transfer", "overquota", "temporary|permanent"},
};

} // namespace

std::span<const section_schema> kernel_sections() {
    return sections;
}
std::span<const wp_config_key> common_plugin_keys() {
    return plugin_keys;
}
std::span<const choice> choices() {
    return choice_table;
}

const choice* find_choice(std::string_view section, std::string_view key) {
    for (const auto& one : choice_table)
        if (one.section == section && one.key == key)
            return &one;
    return nullptr;
}

} // namespace waypost::kernel::config
