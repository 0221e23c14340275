// SPDX-License-Identifier: Apache-2.0
// The thread that follows the directory: connects, refreshes from the last cookie, then pushes each
// change as it comes; a server that is lost is looked for again.
#pragma once

#include "servers.hpp"
#include "sync/session.hpp"

#include <waypost/logger.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace waypost::ldap {

/// Thread-safe.
class stream {
public:
    stream(servers& of, const settings& with, logger log);
    ~stream() { stop(); }

    void start(const wp_feed& into, std::optional<cookie> from);
    void stop();
    bool is_running() const noexcept { return thread_.joinable(); }

    /// Everything anew, in full; returns when readers see it or it failed.
    result<void> resync();

    /// Waits until a write was pushed: the entry `dn` as of change `csn` or later, or the removal
    /// of `uuid`. Gives up after the timeout, and at once while the server is away.
    void await(const sync_session::delivery& mine);
    /// Around writes: what is pushed is noted from here on.
    class writing {
    public:
        explicit writing(stream& of) : of_(of) { ++of_.writers_; }
        ~writing() { --of_.writers_; }
        writing(const writing&) = delete;
        writing& operator=(const writing&) = delete;

    private:
        stream& of_;
    };

private:
    void run();
    result<void> follow();
    result<void> refreshed(sync_session& session);
    enum class woken { by_server, by_time, by_us };
    woken wait_for_server(int socket, std::chrono::milliseconds patience);
    bool pause();
    void note(std::vector<sync_session::delivery> pushed);
    void finish_resync(const result<void>& outcome);
    void wake() noexcept;

    servers& servers_;
    const settings& settings_;
    logger log_;
    const wp_feed* feed_ = nullptr;
    std::optional<cookie> from_; // of the thread
    int wakeup_ = -1;            // an eventfd
    std::thread thread_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> interrupted_{false}; // stopping, or a resync was asked for
    std::atomic<int> writers_{0};

    std::mutex mutex_;
    std::condition_variable moved_;
    bool live_ = false;
    std::uint64_t resyncs_wanted_ = 0, resyncs_done_ = 0;
    result<void> resync_outcome_;
    std::deque<sync_session::delivery> recent_;
};

} // namespace waypost::ldap
