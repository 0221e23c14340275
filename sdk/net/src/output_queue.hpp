// SPDX-License-Identifier: Apache-2.0
// What a connection still has to send: copied replies in pooled buffers and references to foreign
// memory, in order, ready for one writev.
#pragma once

#include "chunk_pool.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace waypost::net {

/// *single thread*; give everything back with clear() before the pool ends.
class output_queue {
public:
    void append(chunk_pool& pool, std::string_view bytes);
    void refer(chunk_pool& pool, std::span<const iovec> pieces, std::shared_ptr<const void> keep);
    /// Fills `out` from the front; returns how many entries are used.
    std::size_t gather(std::span<iovec> out) const noexcept;
    /// The front in one piece, copied into `scratch` when it is scattered. For TLS records.
    std::string_view front(std::span<char> scratch) const noexcept;
    void consume(chunk_pool& pool, std::size_t bytes) noexcept;
    void clear(chunk_pool& pool) noexcept;
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return head_ == nullptr; }

private:
    void link(chunk* last) noexcept;

    chunk* head_ = nullptr;
    chunk* tail_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace waypost::net
