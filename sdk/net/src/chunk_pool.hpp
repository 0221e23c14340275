// SPDX-License-Identifier: Apache-2.0
// Buffers of one io thread. A connection borrows a chunk while it has an incomplete line or unsent
// output and gives it back when that is gone: an idle connection holds none.
#pragma once

#include <waypost/net/limits.hpp>

#include <array>
#include <cstddef>
#include <memory>

namespace waypost::net {

/// A buffer of its own, or a reference to foreign memory (capacity 0).
struct chunk {
    chunk* next = nullptr;
    const char* data = nullptr; // own or foreign
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t capacity = 0;
    std::shared_ptr<const void> keep; // of foreign memory; set on the last piece

    char* own() noexcept { return reinterpret_cast<char*>(this + 1); }
    std::size_t size() const noexcept { return end - begin; }
    std::size_t room() const noexcept { return capacity - end; }
};

/// *single thread*
class chunk_pool {
public:
    chunk_pool() = default;
    ~chunk_pool();
    chunk_pool(const chunk_pool&) = delete;
    chunk_pool& operator=(const chunk_pool&) = delete;

    /// A buffer for at least `bytes`, at most limits::input_bytes; the larger size when it does not
    /// fit the small.
    chunk* buffer(std::size_t bytes);
    chunk* reference();
    void give_back(chunk* used) noexcept;

private:
    struct shelf {
        chunk* first = nullptr;
        std::size_t count = 0;
        std::size_t most = 0;
        std::size_t capacity = 0;
    };
    static chunk* take(shelf& from);
    shelf& shelf_of(std::size_t capacity) noexcept;

    std::array<shelf, 3> shelves_{{
        {nullptr, 0, limits::pooled_references, 0},
        {nullptr, 0, limits::pooled_small_chunks, limits::small_chunk_bytes},
        {nullptr, 0, limits::pooled_large_chunks, limits::input_bytes},
    }};
};

} // namespace waypost::net
