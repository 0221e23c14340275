// SPDX-License-Identifier: Apache-2.0
// wp_feed of one backend instance: what it pushes between begin and commit becomes one transaction
// of the cache.
#pragma once

#include "directory/builder.hpp"
#include "directory/cache.hpp"
#include "directory/existing.hpp"

#include <waypost/abi/draft/directory.h>

namespace waypost::kernel::directory {

/// Thread-safe: a second begin waits for the end of the transaction that is open. Must outlive the
/// backend's use of it.
class feed {
public:
    /// With `of_lookup` it serves wp_directory.lookup: cookie and full transactions are not its
    /// matter.
    feed(cache& into, std::string backend, bool of_lookup = false);
    ~feed();
    feed(const feed&) = delete;
    feed& operator=(const feed&) = delete;

    const wp_feed* abi() const noexcept { return &abi_; }
    /// From now on the backend is answered WP_STOPPING.
    void stop();
    /// Called with the number of entries of the open transaction now and then, on the thread that
    /// pushes them; empty: nobody wants to know.
    void set_progress(std::function<void(std::uint64_t entries)> tell);
    /// Transactions committed so far.
    std::uint64_t commits() const noexcept { return commits_.load(); }

private:
    result<void> begin(std::int32_t kind);
    result<void> entries(const wp_entry* items, std::uint64_t count);
    result<void> removed(const wp_entry* items, std::uint64_t count);
    result<void> present(const wp_bytes* uuids, std::uint64_t count);
    result<void> existing(std::int32_t what, wp_str base, const wp_entry* items,
                          std::uint64_t count);
    result<void> drop_missing();
    result<void> commit(wp_bytes cookie);
    void count(std::uint64_t more);
    void end();
    result<void> room_for(std::size_t bytes);
    template <class Call>
    static wp_status guarded(void* ctx, wp_error* why, Call call) noexcept;

    cache& cache_;
    std::string backend_;
    bool of_lookup_;
    wp_feed abi_{};
    std::atomic<std::uint64_t> commits_{0};

    std::mutex mutex_; // over open_
    std::condition_variable ended_;
    bool open_ = false;
    std::atomic<bool> stopping_{false};

    std::unique_ptr<builder> full_;
    std::vector<cache::change> changes_;
    existing_names existing_;
    bool by_times_ = false;
    std::size_t bytes_ = 0;
    std::uint64_t entries_ = 0;
    std::mutex progress_mutex_; // over progress_
    std::function<void(std::uint64_t)> progress_;
    std::size_t foreign_ = 0; // entries outside the backend's bases
};

} // namespace waypost::kernel::directory
