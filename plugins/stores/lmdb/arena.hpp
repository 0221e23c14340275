// SPDX-License-Identifier: Apache-2.0
// Bytes that live as long as one generation of the tail: prefixes of delivered messages. Nothing in
// it moves.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace waypost::lmdb {

/// Single thread (under the store's lock).
class arena {
public:
    std::string_view keep(std::string_view bytes) {
        if (bytes.empty())
            return {};
        if (bytes.size() > left_)
            grow(bytes.size());
        char* at = next_;
        std::memcpy(at, bytes.data(), bytes.size());
        next_ += bytes.size();
        left_ -= bytes.size();
        return {at, bytes.size()};
    }
    /// Keeps one block for reuse.
    void clear() noexcept {
        if (blocks_.size() > 1)
            blocks_.clear();
        next_ = blocks_.empty() ? nullptr : blocks_.front().get();
        left_ = blocks_.empty() ? 0 : first_;
    }
    std::size_t size() const noexcept { return blocks_.size() * block_size; }

private:
    static constexpr std::size_t block_size = 256 * 1024;

    void grow(std::size_t wanted) {
        const std::size_t size = wanted > block_size ? wanted : block_size;
        blocks_.push_back(std::make_unique<char[]>(size));
        if (blocks_.size() == 1)
            first_ = size;
        next_ = blocks_.back().get();
        left_ = size;
    }

    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t first_ = 0;
    char* next_ = nullptr;
    std::size_t left_ = 0;
};

} // namespace waypost::lmdb
