// SPDX-License-Identifier: Apache-2.0
// Looks at DNS again and again, on a thread of its own, and keeps what it found last: in memory for
// the generator, in a file for a start without DNS. What cannot be asked now stays as it was.
#pragma once

#include "transfer.hpp"

#include <waypost/abi/draft/dns.h>
#include <waypost/logger.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace waypost::routes_mx {

struct settings {
    std::vector<std::string> domains; ///< folded
    std::vector<std::string> zones;   ///< folded
    std::vector<std::string> hosts;   ///< folded names of this host in MX records
    std::string primary_hop;
    transfer_source source;
    std::string file;
    std::chrono::milliseconds interval{3600000};
};

/// Thread-safe.
class watcher {
public:
    /// `names`: null where no domains are asked. `changed` is called on the watcher's thread.
    watcher(settings with, const wp_host* host, const wp_host_resolver* names, logger log,
            std::function<void()> changed);
    ~watcher() { stop(); }

    void start();
    void stop();
    std::vector<row> rows() const;

private:
    void run();
    void look();
    bool look_at_domain(const std::string& domain, table& into);
    bool look_at_zone(const std::string& zone, table& into);
    void keep(const table& found) const;

    const settings settings_;
    const wp_host* host_;
    const wp_host_resolver* names_;
    logger log_;
    std::function<void()> changed_;

    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::condition_variable moved_;
    table known_;
    std::thread thread_;
};

} // namespace waypost::routes_mx
