// SPDX-License-Identifier: Apache-2.0
#include "chunk_pool.hpp"

#include <new>

namespace waypost::net {
namespace {

void destroy(chunk* which) noexcept {
    which->~chunk();
    ::operator delete(which);
}

} // namespace

chunk_pool::~chunk_pool() {
    for (shelf& each : shelves_) {
        while (each.first != nullptr)
            destroy(std::exchange(each.first, each.first->next));
    }
}

chunk* chunk_pool::take(shelf& from) {
    if (from.first == nullptr) {
        chunk* fresh = ::new (::operator new(sizeof(chunk) + from.capacity)) chunk;
        fresh->capacity = from.capacity;
        fresh->data = fresh->own();
        return fresh;
    }
    --from.count;
    chunk* out = std::exchange(from.first, from.first->next);
    out->next = nullptr;
    return out;
}

chunk_pool::shelf& chunk_pool::shelf_of(std::size_t capacity) noexcept {
    if (capacity == 0)
        return shelves_[0];
    return capacity <= limits::small_chunk_bytes ? shelves_[1] : shelves_[2];
}

chunk* chunk_pool::buffer(std::size_t bytes) {
    return take(shelf_of(bytes == 0 ? 1 : bytes));
}

chunk* chunk_pool::reference() {
    return take(shelves_[0]);
}

void chunk_pool::give_back(chunk* used) noexcept {
    shelf& to = shelf_of(used->capacity);
    used->keep.reset();
    if (to.count >= to.most) {
        destroy(used);
        return;
    }
    used->begin = used->end = 0;
    used->next = std::exchange(to.first, used);
    ++to.count;
}

} // namespace waypost::net
