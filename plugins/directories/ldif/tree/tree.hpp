// SPDX-License-Identifier: Apache-2.0
// The entries of the directory by normalised DN, and how many children each parent has.
#pragma once

#include "tree/entry.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace waypost::ldif {

struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
    std::size_t operator()(const entry& one) const noexcept { return (*this)(one.normalised()); }
};

struct text_equal {
    using is_transparent = void;
    static std::string_view text(std::string_view one) noexcept { return one; }
    static std::string_view text(const entry& one) noexcept { return one.normalised(); }
    bool operator()(const auto& a, const auto& b) const noexcept { return text(a) == text(b); }
};

/// Single thread; the owner locks.
class tree {
public:
    /// Null when there is none.
    const entry* find(std::string_view normalised) const;
    std::uint64_t children(std::string_view normalised) const;
    std::size_t size() const noexcept { return entries_.size(); }

    /// Creates or replaces. A replaced entry keeps its place in the file.
    void put(entry one);
    bool erase(std::string_view normalised);

    template <class Visit>
    void each(Visit&& visit) const {
        for (const auto& one : entries_)
            visit(one);
    }

    /// All entries in file order, each behind its parent.
    std::vector<entry> ordered() const;

private:
    std::unordered_set<entry, text_hash, text_equal> entries_;
    std::unordered_map<std::string, std::uint64_t, text_hash, std::equal_to<>> children_;
    std::uint64_t next_order_ = 1;
};

} // namespace waypost::ldif
