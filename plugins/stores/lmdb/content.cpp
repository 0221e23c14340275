// SPDX-License-Identifier: Apache-2.0
// Contents with a prefix; see content.hpp.
#include "content.hpp"

#include <algorithm>
#include <utility>

namespace waypost::lmdb {

prefixed_content::prefixed_content(std::string prefix, wp_content* base)
    : wp_content{}, prefix_(std::move(prefix)), base_(base) {
    struct_size = sizeof(wp_content);
    size = prefix_.size() + base->size;
    ref = &prefixed_content::add;
    unref = &prefixed_content::drop;
    read = &prefixed_content::pieces;
}

void prefixed_content::add(wp_content* content) {
    self(content)->references_.fetch_add(1, std::memory_order_relaxed);
}

void prefixed_content::drop(wp_content* content) {
    if (self(content)->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete self(content);
}

wp_status prefixed_content::pieces(wp_content* content, std::uint64_t offset, std::uint64_t length,
                                   wp_bytes* out, std::uint64_t max, std::uint64_t* count,
                                   wp_error* error, wp_done done) {
    prefixed_content& me = *self(content);
    const std::uint64_t own = me.prefix_.size();
    *count = 0;
    if (offset >= content->size || length == 0 || max == 0)
        return WP_OK;
    if (offset >= own)
        return me.base_->read(me.base_, offset - own, length, out, max, count, error, done);
    // Only the prefix: the base may have to fetch its bytes, and is asked at its own offset next
    // time.
    out[0] = {reinterpret_cast<const unsigned char*>(me.prefix_.data()) + offset,
              std::min(own - offset, length)};
    *count = 1;
    return WP_OK;
}

} // namespace waypost::lmdb
