// SPDX-License-Identifier: Apache-2.0
// What the searches of lists found last, as long as the cache is the same: a client that names a
// list again and again costs one search a change of the directory, not one a command.
#pragma once

#include "directory/reader.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace waypost::kernel::routing {

/// Thread-safe; bounded.
class member_searches {
public:
    struct answer {
        bool is_whole = true; ///< false: it looked at more entries than it may
        std::vector<std::string> addresses;
    };
    using shared_answer = std::shared_ptr<const answer>;

    /// As of the reader's state; null: nobody asked since the last change.
    shared_answer find(std::string_view url, const directory::reader& in) const;
    void keep(std::string_view url, const directory::reader& in, const shared_answer& found);

private:
    struct kept {
        std::string version;
        shared_answer found;
    };
    mutable std::mutex mutex_;
    std::unordered_map<std::string, kept> by_url_;
    std::size_t addresses_ = 0;
};

} // namespace waypost::kernel::routing
