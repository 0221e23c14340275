// SPDX-License-Identifier: Apache-2.0
// The directory in a file: entries in memory, the file and its changes behind them, the kernel's
// feed in front. Writers queue up; the first of them becomes the leader and does all that is queued
// in one flush. Whoever leads (a writer, a reader of everything, the watcher's thread) is alone in
// the storage and in the feed, so the feed has one transaction at a time and in the order of the
// file. Readers of entries only share a short lock.
#pragma once

#include "feed.hpp"
#include "file/storage.hpp"
#include "file/watcher.hpp"
#include "password.hpp"

#include <waypost/abi/draft/directory.h>
#include <waypost/ascii.hpp>
#include <waypost/logger.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

namespace waypost::ldif {

struct options {
    std::string file;
    std::vector<std::string> bases; ///< as written; none: everything
    bool allow_cleartext = false;
    hashing hash;
    std::uint64_t fold_after = 4 * 1024 * 1024;
    limits most;
};

/// Thread-safe.
class directory {
public:
    directory(options with, logger log);
    ~directory() { stop(); }

    /// Reads the file and starts to watch it.
    result<void> start();
    void stop();

    // The facet's functions, wp_directory.
    result<void> read(const wp_read& wanted, const wp_feed& feed);
    result<void> watch(wp_bytes cookie, const wp_feed& feed);
    result<void> write(const wp_write* writes, std::uint64_t count, std::uint64_t& applied);
    result<void> authenticate(std::string_view dn, std::string_view secret);
    result<void> lookup(std::string_view key, const wp_feed& feed);
    const std::vector<std::string>& base_names() const noexcept { return base_names_; }

    std::size_t size() const;
    /// What reconfigure may change.
    void set(bool allow_cleartext, hashing hash, std::uint64_t fold_after);

private:
    struct queued {
        std::vector<record> records;
        std::uint64_t applied = 0;
        result<void> outcome;
        bool done = false;
    };

    /// The right to change storage and feed; released at the end of its life.
    class leadership {
    public:
        explicit leadership(directory& of);
        ~leadership();
        leadership(const leadership&) = delete;
        leadership& operator=(const leadership&) = delete;

    private:
        directory& of_;
    };

    void commit(const std::deque<queued*>& batch);
    void deliver(const workspace::changes& changed);
    std::vector<entry> snapshot(std::string_view base) const;
    bool background(bool file_event);
    bool reload();
    bool resume_feed();
    void publish(tree&& fresh);
    bool is_fold_due() const;
    bool fold_if_due();
    bool fold();
    void lost_feed(const error& why);
    hashing current_hashing() const;

    options options_;
    logger log_;
    std::vector<std::string> base_names_;
    bases bases_;

    mutable std::shared_mutex tree_mutex_; ///< tree_, options_.allow_cleartext, .hash, .fold_after
    tree tree_;

    std::mutex queue_mutex_; ///< queue_, led_, asking_
    std::condition_variable queue_moved_;
    std::deque<queued*> queue_;
    bool led_ = false;
    int asking_ = 0; ///< for leadership, before the next writers: they would never let go

    // Of the leader:
    storage storage_;
    std::optional<wp_feed> feed_;
    std::string feed_cookie_;
    bool live_ = false;
    bool stale_ = false; ///< an editor closed the file; it is to be read
    file_stamp refused_; ///< a broken file is reported once

    watcher watcher_;
};

} // namespace waypost::ldif
