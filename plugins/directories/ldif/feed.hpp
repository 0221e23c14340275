// SPDX-License-Identifier: Apache-2.0
// Pushes entries into the kernel's feed, one transaction a call, in batches.
#pragma once

#include "tree/entry.hpp"

#include <waypost/abi/draft/directory.h>
#include <waypost/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace waypost::ldif {

struct transaction {
    std::int32_t kind = WP_FEED_CHANGES;
    std::vector<entry> entries;
    std::vector<std::string> removed; ///< DNs
    std::string cookie;
};

/// begin .. commit; abort on failure. [worker] or a thread of the backend; blocks while the cache
/// is busy.
result<void> push(const wp_feed& feed, const transaction& what);

} // namespace waypost::ldif
