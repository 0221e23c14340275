// SPDX-License-Identifier: Apache-2.0
// Delivery keys; see key_window.hpp.
#include "key_window.hpp"

#include <utility>

namespace waypost::lmdb {

void key_window::insert(const delivery_key& key) {
    if (key.empty() || contains(key))
        return;
    if (young_.used >= window_) {
        std::swap(young_, old_);
        young_ = {};
    }
    young_.insert(key);
}

std::size_t key_window::table::slot_of(const delivery_key& key) const noexcept {
    // Job numbers are consecutive and recipients' keys hashes: mix both (the finaliser of
    // splitmix64).
    std::uint64_t h = key.job * UINT64_C(0x9e3779b97f4a7c15) ^ key.recipient;
    h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
    std::size_t at = (h ^ (h >> 31)) & (slots.size() - 1);
    while (!slots[at].empty() && !(slots[at] == key))
        at = (at + 1) & (slots.size() - 1);
    return at;
}

bool key_window::table::contains(const delivery_key& key) const noexcept {
    return !slots.empty() && !key.empty() && slots[slot_of(key)] == key;
}

void key_window::table::insert(const delivery_key& key) {
    if (2 * (used + 1) > slots.size()) {
        std::vector<delivery_key> before(slots.empty() ? 64 : 2 * slots.size());
        before.swap(slots);
        for (const delivery_key& each : before)
            if (!each.empty())
                slots[slot_of(each)] = each;
    }
    slots[slot_of(key)] = key;
    ++used;
}

} // namespace waypost::lmdb
