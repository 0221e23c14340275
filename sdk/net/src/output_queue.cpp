// SPDX-License-Identifier: Apache-2.0
#include "output_queue.hpp"

#include <algorithm>
#include <cstring>

namespace waypost::net {

void output_queue::link(chunk* last) noexcept {
    if (tail_ != nullptr)
        tail_->next = last;
    else
        head_ = last;
    tail_ = last;
}

void output_queue::append(chunk_pool& pool, std::string_view bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
        if (tail_ == nullptr || tail_->room() == 0 || tail_->capacity == 0)
            link(pool.buffer(std::min(bytes.size(), limits::input_bytes)));
        const std::size_t part = std::min(bytes.size(), tail_->room());
        std::memcpy(tail_->own() + tail_->end, bytes.data(), part);
        tail_->end += part;
        bytes.remove_prefix(part);
    }
}

void output_queue::refer(chunk_pool& pool, std::span<const iovec> pieces,
                         std::shared_ptr<const void> keep) {
    chunk* last = nullptr;
    for (const iovec& piece : pieces) {
        if (piece.iov_len == 0)
            continue;
        last = pool.reference();
        last->data = static_cast<const char*>(piece.iov_base);
        last->end = piece.iov_len;
        size_ += piece.iov_len;
        link(last);
    }
    if (last != nullptr)
        last->keep = std::move(keep);
}

std::size_t output_queue::gather(std::span<iovec> out) const noexcept {
    std::size_t used = 0;
    for (const chunk* at = head_; at != nullptr && used < out.size(); at = at->next)
        out[used++] = {const_cast<char*>(at->data + at->begin), at->size()};
    return used;
}

std::string_view output_queue::front(std::span<char> scratch) const noexcept {
    if (head_ == nullptr)
        return {};
    if (head_->next == nullptr || head_->size() >= scratch.size())
        return {head_->data + head_->begin, head_->size()};
    std::size_t used = 0;
    for (const chunk* at = head_; at != nullptr && used < scratch.size(); at = at->next) {
        const std::size_t part = std::min(at->size(), scratch.size() - used);
        std::memcpy(scratch.data() + used, at->data + at->begin, part);
        used += part;
    }
    return {scratch.data(), used};
}

void output_queue::consume(chunk_pool& pool, std::size_t bytes) noexcept {
    size_ -= bytes;
    while (bytes != 0) {
        const std::size_t part = std::min(bytes, head_->size());
        head_->begin += part;
        bytes -= part;
        if (head_->size() != 0)
            return;
        chunk* done = head_;
        head_ = head_->next;
        if (head_ == nullptr)
            tail_ = nullptr;
        pool.give_back(done);
    }
}

void output_queue::clear(chunk_pool& pool) noexcept {
    while (head_ != nullptr) {
        chunk* next = head_->next;
        pool.give_back(head_);
        head_ = next;
    }
    tail_ = nullptr;
    size_ = 0;
}

} // namespace waypost::net
