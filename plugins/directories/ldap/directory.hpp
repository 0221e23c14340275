// SPDX-License-Identifier: Apache-2.0
// The directory on LDAP servers: which way of following it is used, and the facet's functions over
// the parts.
#pragma once

#include "pool.hpp"
#include "reader.hpp"
#include "sync/stream.hpp"

#include <waypost/abi/draft/directory.h>

namespace waypost::ldap {

/// Thread-safe.
class directory {
public:
    directory(settings with, logger log);

    void stop();

    // The facet's functions, wp_directory.
    result<void> read(const wp_read& wanted, const wp_feed& feed);
    result<void> watch(wp_bytes from, const wp_feed& feed);
    result<void> write(const wp_write* writes, std::uint64_t count, std::uint64_t& applied);
    result<void> authenticate(std::string_view dn, std::string_view secret);
    result<void> lookup(std::string_view key, const wp_feed& feed);
    const std::vector<std::string>& base_names() const noexcept { return settings_.bases; }

private:
    result<void> read_full(const wp_feed& feed);
    result<void> read_changes(std::string_view from, const wp_feed& feed);
    result<bool> offers_syncrepl(connection& on);
    /// Runs with a connection of its own, for as long as it takes.
    result<void> with_connection(const std::function<result<void>(connection&)>& call);
    bool owns(std::string_view dn) const;
    void keep(std::string_view cookie);
    std::string kept() const;

    const settings settings_;
    logger log_;
    servers servers_;
    pool lookups_;
    pool logins_;
    stream stream_;
    std::atomic<bool> stopping_{false};
    std::vector<std::string> normalised_bases_;

    mutable std::mutex mutex_;
    const wp_feed* feed_ = nullptr; // where writes go while nothing is followed
    std::string cookie_;            // of the last run by times
};

} // namespace waypost::ldap
