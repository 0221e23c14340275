// SPDX-License-Identifier: Apache-2.0
// The newest delivery keys, so that a delivery tried again after a crash is not made twice. Two
// open-addressing tables, a young and an old one: when the young one is full it becomes the old
// one. At least `window` keys are remembered, at most twice as many, 16 octets each at half load;
// no allocation per key.
#pragma once

#include "format.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace waypost::lmdb {

/// Single thread (under the store's lock).
class key_window {
public:
    explicit key_window(std::size_t window) : window_(window) {}

    bool contains(const delivery_key& key) const noexcept {
        return young_.contains(key) || old_.contains(key);
    }
    void insert(const delivery_key& key);
    std::size_t window() const noexcept { return window_; }

private:
    struct table {
        std::vector<delivery_key> slots; // size a power of two; the empty key marks a free slot
        std::size_t used = 0;

        bool contains(const delivery_key& key) const noexcept;
        void insert(const delivery_key& key);
        std::size_t slot_of(const delivery_key& key) const noexcept;
    };

    std::size_t window_;
    table young_;
    table old_;
};

} // namespace waypost::lmdb
