// SPDX-License-Identifier: Apache-2.0
// Reading without syncrepl: everything in pages, what changed by modification time, names only, one
// address. Each function is one transaction of the feed and blocks.
#pragma once

#include "connection.hpp"
#include "feed.hpp"

namespace waypost::ldap {

/// How far modification times were seen, as generalized time; empty: not at all.
struct time_mark {
    std::string newest;
};

/// Everything below the bases.
result<time_mark> read_all(connection& on, const settings& with, const wp_feed& into);
/// Everything below one base, as changes: what is not there any more goes.
result<void> read_subtree(connection& on, const settings& with, const std::string& base,
                          const wp_feed& into, std::string_view cookie);
/// Entries modified since the mark (again those of its second: times have no finer grain), and the
/// names of all lists, so that deleted lists go.
result<time_mark> read_since(connection& on, const settings& with, const time_mark& since,
                             const wp_feed& into);
/// The names of all entries, so that whatever was deleted goes.
result<void> sweep(connection& on, const settings& with, const wp_feed& into,
                   std::string_view cookie);
/// Entries with this address or login name. WP_NOT_FOUND: none.
result<void> look_up(connection& on, const settings& with, std::string_view address,
                     const wp_feed& into);
/// The entries of these names as they are now; those that are not there are removed.
result<void> read_entries(connection& on, const std::vector<std::string>& names,
                          const wp_feed& into, std::string_view cookie);

} // namespace waypost::ldap
