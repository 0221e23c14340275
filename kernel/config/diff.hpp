// SPDX-License-Identifier: Apache-2.0
// What a reload changes: which keys, from what to what, and whether the running daemon can take
// them over.
#pragma once

#include "config/settings.hpp"

namespace waypost::kernel::config {

struct change {
    std::string key; ///< "transfer.queue_lifetime"
    std::string before;
    std::string after;
    bool reloadable = false;
    position at; ///< in the new file; line 0: the key is no longer there
};

/// Two sets of values of the same keys.
std::vector<change> diff(std::string_view section, const wp_config& before, const wp_config& after);

/// The kernel's sections, and plugin sections that came, went, or changed their common keys: those
/// need a restart. Keys of plugins are compared by the overload above, once they are checked.
std::vector<change> diff(const settings& before, const settings& after);

/// "site.hostname: \"a\" -> \"b\" (needs restart)".
std::string describe(const change& one);

} // namespace waypost::kernel::config
