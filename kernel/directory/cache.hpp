// SPDX-License-Identifier: Apache-2.0
// The directory cache: the whole directory, reformatted for the readers, in
// `<state>/directory/gen-N/`. The file CURRENT names the serving generation and changes by rename.
// A full feed builds the next one beside it; changes are one write transaction in the current one,
// and go into the one being built at its end (R5.1-R5.3). Nothing restarts.
#pragma once

#include "directory/generation.hpp"
#include "directory/indexer.hpp"
#include "directory/reader.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace waypost::kernel::directory {

struct cache_options {
    std::filesystem::path folder; ///< `<state>/directory`
    std::vector<generator> generators;
    log_function log;
    /// After each commit: domains that may have come, changed or gone; empty: any of them. Must
    /// return at once.
    std::function<void(const std::set<std::string>& domains)> changed =
        [](const std::set<std::string>&) {};
    std::function<std::int64_t()> now_ns;        ///< Unix time; default: the system's
    std::size_t map_size = std::size_t{1} << 30; ///< of a new generation; sparse, grows
    std::size_t change_limit = std::size_t{256}
                               << 20; ///< bytes one transaction of changes may hold
};

struct backend_status {
    std::string name;
    bool live = false;
    bool complete = false;         ///< has been read in full at least once
    std::int64_t committed_ns = 0; ///< last commit, Unix time
    std::size_t cookie_size = 0;
};

struct cache_status {
    std::uint64_t generation = 0;
    std::int64_t sequence = 0; ///< of the last change transaction
    std::int64_t age_ns = -1;  ///< since the last commit; -1: never filled
    std::size_t entries = 0, domains = 0, users = 0, addresses = 0;
    std::size_t bytes = 0;
    bool building = false;
    bool live = false; ///< all backends are
    std::vector<backend_status> backends;
};

/// Raised by a full read: what a backend handed over so far.
class builder;
class feed;

/// Thread-safe, except start-up: open, then add_backend for each configured one, then readers and
/// feeds.
class cache {
public:
    static result<std::unique_ptr<cache>> open(cache_options options);
    ~cache();
    cache(const cache&) = delete;
    cache& operator=(const cache&) = delete;

    reader read() const noexcept;
    cache_status status() const;
    /// Whether every backend reports changes live: a miss is then final (R5.7).
    bool is_live() const noexcept { return not_live_.load() == 0; }
    /// Whether every backend was read in full at least once, now or before a restart.
    bool is_complete() const noexcept { return not_complete_.load() == 0; }

    /// Makes a backend known; entries of backends that are not known go with the next full read.
    /// `bases`: what it owns; empty: everything.
    result<void> add_backend(const std::string& name, const std::vector<std::string>& bases);
    /// Cookie and whether a full read was ever committed.
    struct progress {
        std::string cookie;
        bool complete = false;
        std::int64_t committed_ns = 0;
    };
    progress progress_of(const std::string& backend) const;
    /// Does the backend own this base (normalised)?
    bool is_of(const std::string& backend, std::string_view base) const;
    /// Of the configuration, when it changed: all rows again, into a new generation.
    result<void> set_generators(std::vector<generator> generators);
    result<void> regenerate();
    /// The rows that do not come from the directory anew; everything else stays.
    result<void> regenerate_site();

private:
    friend class reader;
    friend class feed;
    friend class builder;

    struct backend {
        std::uint16_t slot = 0;
        std::vector<std::string> bases; // normalised
        bool live = false;
        bool complete = false;
    };
    struct change {
        std::string record; // of a put
        std::string key;    // of a removal by DN
        std::string uuid;   // of a removal by UUID
    };
    static constexpr std::size_t ring_size = 8;

    explicit cache(cache_options options);
    result<void> open_current();
    std::optional<std::uint64_t> usable_generation();
    generation& current() const noexcept { return ring_[current_.load() % ring_size]; }
    void leave(generation& of) const noexcept;
    void janitor();
    void reap();

    result<void> apply(const std::string& backend_name, const std::vector<change>& changes,
                       std::string_view cookie, bool with_cookie);
    result<void> apply_to(generation& into, const std::string& name,
                          const std::vector<change>& changes, std::string_view cookie,
                          bool with_cookie, bool& map_full);
    result<void> grow();
    result<void> swap_in(generation& next);
    result<void> write_current(std::uint64_t number);
    void write_backend(writer& into, const std::string& name, std::string_view cookie,
                       bool complete, std::int64_t ns) const;
    void set_live(const std::string& name, bool live);
    void set_complete(const std::string& name);
    generation* free_place(std::uint64_t number);
    bool owns(const backend& who, std::string_view normalised) const noexcept;

    cache_options options_;
    mutable std::array<generation, ring_size> ring_;
    std::atomic<std::uint64_t> current_{0};
    std::atomic<int> not_live_{0};
    std::atomic<int> not_complete_{0};

    mutable std::mutex backends_mutex_;
    std::map<std::string, backend> backends_;

    std::mutex write_mutex_;         // one change transaction or swap at a time
    std::int64_t sequence_ = 0;      // under write_mutex_
    bool recorded_site_ = false;     // rows that do not come from the directory changed meanwhile
    bool recording_ = false;         // a generation is being built: note what changes
    std::set<std::string> recorded_; // entry keys, under write_mutex_

    std::mutex build_mutex_; // one generation is built at a time
    std::condition_variable build_done_;
    bool building_ = false;
    std::uint64_t last_number_ = 0;

    mutable std::mutex janitor_mutex_;
    mutable std::condition_variable janitor_wake_;
    mutable bool janitor_work_ = false;
    bool stopping_ = false;
    std::thread janitor_thread_;
};

} // namespace waypost::kernel::directory
