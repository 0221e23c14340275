// SPDX-License-Identifier: Apache-2.0
// Layers of the tail; see state.hpp.
#include "state.hpp"

#include <algorithm>

namespace waypost::lmdb {
namespace {

constexpr std::size_t kept_rows = 64; // capacity worth keeping for the next round

bool before(const tail_row& each, std::uint32_t uid) {
    return each.uid < uid;
}

/// A full row stays full: a partial change only moves its flags.
void lay_over(tail_row& old, const tail_row& change) {
    if (!change.partial) {
        old = change;
        return;
    }
    old.modseq = change.modseq;
    old.flags = change.flags;
}

} // namespace

const tail_row* tail_layer::find(std::uint32_t uid) const noexcept {
    const auto at = std::lower_bound(rows.begin(), rows.end(), uid, before);
    return at != rows.end() && at->uid == uid ? &*at : nullptr;
}

void tail_layer::put(const tail_row& change) {
    if (rows.empty() || rows.back().uid < change.uid) { // a delivery
        if (rows.capacity() == 0)
            rows.reserve(8);
        rows.push_back(change);
        return;
    }
    const auto at = std::lower_bound(rows.begin(), rows.end(), change.uid, before);
    if (at == rows.end() || at->uid != change.uid) {
        rows.insert(at, change);
    } else {
        lay_over(*at, change);
    }
}

void tail_layer::put(const std::vector<tail_row>& changes) {
    if (changes.size() < 8) {
        for (const tail_row& each : changes)
            put(each);
        return;
    }
    std::vector<tail_row> merged;
    merged.reserve(rows.size() + changes.size());
    auto old = rows.begin();
    for (const tail_row& each : changes) {
        while (old != rows.end() && old->uid < each.uid)
            merged.push_back(*old++);
        if (old != rows.end() && old->uid == each.uid) {
            merged.push_back(*old++);
            lay_over(merged.back(), each);
        } else {
            merged.push_back(each);
        }
    }
    merged.insert(merged.end(), old, rows.end());
    rows.swap(merged);
}

void tail_layer::clear() noexcept {
    if (rows.capacity() > kept_rows)
        rows = {};
    else
        rows.clear();
    notes.clear();
}

} // namespace waypost::lmdb
