// SPDX-License-Identifier: Apache-2.0
// Entries by name; see tree.hpp.
#include "tree/tree.hpp"

#include <waypost/dn.hpp>

#include <algorithm>

namespace waypost::ldif {

const entry* tree::find(std::string_view normalised) const {
    const auto found = entries_.find(normalised);
    return found == entries_.end() ? nullptr : &*found;
}

std::uint64_t tree::children(std::string_view normalised) const {
    const auto found = children_.find(normalised);
    return found == children_.end() ? 0 : found->second;
}

void tree::put(entry one) {
    if (const auto found = entries_.find(one.normalised()); found != entries_.end()) {
        one.order = found->order;
        auto node = entries_.extract(found);
        node.value() = std::move(one);
        entries_.insert(std::move(node));
        return;
    }
    const auto parent = parent_dn(one.normalised());
    if (const auto found = children_.find(parent); found != children_.end())
        ++found->second;
    else
        children_.emplace(parent, 1);
    one.order = next_order_++;
    entries_.insert(std::move(one));
}

bool tree::erase(std::string_view normalised) {
    const auto found = entries_.find(normalised);
    if (found == entries_.end())
        return false;
    if (const auto count = children_.find(parent_dn(normalised));
        count != children_.end() && --count->second == 0)
        children_.erase(count);
    entries_.erase(found);
    return true;
}

std::vector<entry> tree::ordered() const {
    std::vector<entry> all(entries_.begin(), entries_.end());
    std::sort(all.begin(), all.end(),
              [](const entry& a, const entry& b) { return a.order < b.order; });
    // An entry written before its parent follows it: ldapadd wants parents first.
    std::unordered_set<std::string_view> written;
    std::vector<entry> out;
    out.reserve(all.size());
    std::vector<const entry*> chain;
    for (const auto& one : all) {
        for (const entry* at = &one; at && !written.contains(at->normalised());
             at = find(parent_dn(at->normalised())))
            chain.push_back(at);
        for (; !chain.empty(); chain.pop_back()) {
            // Only parents can be met twice.
            if (children(chain.back()->normalised()) > 0)
                written.insert(chain.back()->normalised());
            out.push_back(*chain.back());
        }
    }
    return out;
}

} // namespace waypost::ldif
