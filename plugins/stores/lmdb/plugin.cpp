// SPDX-License-Identifier: Apache-2.0
// org.waypost.lmdb: the embedded mail store as a plugin. An instance keeps its database in
// <path>/<instance>/.
#include "calls.hpp"

#include <waypost/plugin.hpp>

#include <stdexcept>

namespace waypost::lmdb {

class plugin : public store_face {
public:
    explicit plugin(const context& with) {
        auth = with.service<wp_host_auth>(WP_HOST_AUTH);
        const config_view& config = with.config();
        store_options options;
        options.folder = config.path("path") + "/" + with.instance();
        options.map_bytes = config.size("map_size");
        options.checkpoint_records =
            static_cast<std::uint64_t>(config.integer("checkpoint_records"));
        options.checkpoint_interval = std::chrono::duration_cast<std::chrono::milliseconds>(
            config.duration("checkpoint_interval"));
        options.tail_bytes = config.size("tail_size");
        options.cached_accounts = static_cast<std::uint64_t>(config.integer("cached_accounts"));
        options.delivery_keys = static_cast<std::uint64_t>(config.integer("delivery_keys"));
        options.expunge_notes = static_cast<std::uint64_t>(config.integer("expunge_notes"));
        auto opened = lmdb::store::open(with.host(), std::move(options));
        if (!opened)
            throw std::runtime_error(opened.failure().text);
        mail = std::move(*opened);
    }

    result<void> start() {
        mail->start();
        return {};
    }
    wp_status drain(std::chrono::steady_clock::time_point, wp_done) { return WP_OK; }
    void stop() { mail->stop(); }
    const void* facet(std::string_view id) {
        if (id == WP_STORE)
            return &store_facet();
        if (id == WP_JOURNAL_CONSUMER)
            return &consumer_facet();
        return nullptr;
    }
};

} // namespace waypost::lmdb

WAYPOST_PLUGIN(
    waypost::lmdb::plugin,
    {.id = "org.waypost.lmdb",
     .version = "0.1.0",
     .summary = "Embedded mail store on LMDB, committed by the message log",
     .provides = {WP_STORE, WP_JOURNAL_CONSUMER},
     .needs = {WP_HOST_JOURNAL, WP_HOST_MESSAGES, WP_HOST_AUTH},
     .config = {
         {.name = "path",
          .type = WP_CONFIG_PATH,
          .fallback = "store",
          .help = "Folder of the mailbox databases; each instance has a folder of its own in it."},
         {.name = "map_size",
          .type = WP_CONFIG_SIZE,
          .fallback = "64GiB",
          .help = "Address space reserved for the database: its largest size on disk. Messages are "
                  "not in it; "
                  "a mailbox entry takes about 150 bytes.",
          .minimum = 16 << 20,
          .maximum = INT64_C(1) << 46},
         {.name = "checkpoint_records",
          .type = WP_CONFIG_INTEGER,
          .fallback = "10000",
          .help = "Changes after which the database is brought up to date with the message log. "
                  "More means fewer "
                  "writes, a longer start after a crash and more memory.",
          .minimum = 1,
          .maximum = 10'000'000},
         {.name = "checkpoint_interval",
          .type = WP_CONFIG_DURATION,
          .fallback = "5s",
          .help = "The database is brought up to date at least this often when something changed.",
          .minimum = 10'000'000,
          .maximum = INT64_C(3'600'000'000'000)},
         {.name = "tail_size",
          .type = WP_CONFIG_SIZE,
          .fallback = "64MiB",
          .help = "Memory for changes that are not in the database yet. Above it deliveries and "
                  "changes are "
                  "answered \"try again later\" until the disk has caught up.",
          .minimum = 1 << 20,
          .maximum = INT64_C(1) << 36},
         {.name = "cached_accounts",
          .type = WP_CONFIG_INTEGER,
          .fallback = "65536",
          .help = "Accounts whose mailbox counters stay in memory, about 1 KiB each.",
          .minimum = 16,
          .maximum = 100'000'000},
         {.name = "delivery_keys",
          .type = WP_CONFIG_INTEGER,
          .fallback = "131072",
          .help = "Deliveries remembered so that one tried again is not made twice: at least this "
                  "many, at most "
                  "twice as many, 32 bytes each. It must cover what is delivered between a "
                  "delivery and the moment "
                  "the queue has it recorded as done, normally a second.",
          .minimum = 1024,
          .maximum = 100'000'000},
         {.name = "expunge_notes",
          .type = WP_CONFIG_INTEGER,
          .fallback = "1000",
          .help = "Deletions per mailbox that are remembered for clients which synchronise by "
                  "changes; a client "
                  "that was away longer reads the whole list once.",
          .minimum = 1,
          .maximum = 1'000'000},
     }});
