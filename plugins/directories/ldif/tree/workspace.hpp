// SPDX-License-Identifier: Apache-2.0
// Changes that are not yet durable, laid over a tree: they are checked and applied here, written to
// the file, and only then become the tree.
#pragma once

#include "tree/tree.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ldif {

/// Single thread. The tree must not change while a workspace over it is in use.
class workspace {
public:
    explicit workspace(const tree& below) : below_(below) {}

    const entry* find(std::string_view normalised) const;
    bool has_children(std::string_view normalised) const;
    /// Entries at or below `base`, the base first.
    std::vector<entry> subtree(std::string_view base) const;

    void put(entry one);
    void erase(std::string_view normalised);

    /// What changed: an entry, or nothing where it is gone.
    using changes = std::map<std::string, std::optional<entry>, std::less<>>;
    const changes& changed() const noexcept { return changed_; }

    static void apply(const changes& from, tree& to);

private:
    const tree& below_;
    changes changed_;
    std::map<std::string, std::int64_t, std::less<>> children_; ///< difference to the tree's counts
};

} // namespace waypost::ldif
