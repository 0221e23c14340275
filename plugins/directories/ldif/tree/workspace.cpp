// SPDX-License-Identifier: Apache-2.0
// Changes over a tree; see workspace.hpp.
#include "tree/workspace.hpp"

#include <waypost/dn.hpp>

#include <algorithm>

namespace waypost::ldif {

const entry* workspace::find(std::string_view normalised) const {
    if (const auto found = changed_.find(normalised); found != changed_.end())
        return found->second ? &*found->second : nullptr;
    return below_.find(normalised);
}

bool workspace::has_children(std::string_view normalised) const {
    const auto found = children_.find(normalised);
    const auto more = found == children_.end() ? 0 : found->second;
    return static_cast<std::int64_t>(below_.children(normalised)) + more > 0;
}

std::vector<entry> workspace::subtree(std::string_view base) const {
    std::vector<entry> out;
    if (has_children(base)) // otherwise no walk over everything
        below_.each([&](const entry& one) {
            if (is_within(one.normalised(), base) && !changed_.contains(one.normalised()))
                out.push_back(one);
        });
    else if (const auto* one = below_.find(base); one && !changed_.contains(base))
        out.push_back(*one);
    for (const auto& [name, one] : changed_)
        if (one && is_within(name, base))
            out.push_back(*one);
    std::sort(out.begin(), out.end(), [](const entry& a, const entry& b) {
        return std::pair(dn_depth(a.normalised()), a.order) <
               std::pair(dn_depth(b.normalised()), b.order);
    });
    return out;
}

void workspace::put(entry one) {
    const std::string name(one.normalised());
    if (!find(name))
        ++children_[std::string(parent_dn(name))];
    changed_[name] = std::move(one);
}

void workspace::erase(std::string_view normalised) {
    if (!find(normalised))
        return;
    --children_[std::string(parent_dn(normalised))];
    changed_[std::string(normalised)] = std::nullopt;
}

void workspace::apply(const changes& from, tree& to) {
    for (const auto& [name, one] : from) {
        if (one)
            to.put(*one);
        else
            to.erase(name);
    }
}

} // namespace waypost::ldif
