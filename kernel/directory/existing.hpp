// SPDX-License-Identifier: Apache-2.0
// What a backend says still exists below some bases, and what is in the cache and was not named.
#pragma once

#include "directory/reader.hpp"

#include <map>
#include <string>
#include <unordered_set>
#include <vector>

namespace waypost::kernel::directory {

/// Single thread.
class existing_names {
public:
    /// `base` normalised.
    void cover(std::int32_t what, const std::string& base) { covered_[{what, base}]; }
    void add(std::int32_t what, const std::string& base, std::string_view uuid,
             std::string_view normalised);
    bool empty() const noexcept { return covered_.empty(); }
    void clear() { covered_.clear(); }
    /// Keys of the backend's entries that are covered and were not named.
    std::vector<std::string> missing(const reader& in, std::uint16_t backend) const;

private:
    using names = std::unordered_set<std::string>; // UUIDs, and keys of entries without one
    std::map<std::pair<std::int32_t, std::string>, names> covered_;
};

} // namespace waypost::kernel::directory
