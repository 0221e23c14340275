// SPDX-License-Identifier: Apache-2.0
// A message as its mailbox shows it: the mailbox's own header lines, then the bytes in the log, by
// reference.
#pragma once

#include <waypost/abi/draft/content.h>

#include <atomic>
#include <string>

namespace waypost::lmdb {

/// References are counted *thread-safe*; the object goes with the last one.
class prefixed_content : public wp_content {
public:
    /// Takes over one reference of `base`. The caller holds the first reference of what is
    /// returned.
    static wp_content* make(std::string prefix, wp_content* base) {
        return new prefixed_content(std::move(prefix), base);
    }

private:
    prefixed_content(std::string prefix, wp_content* base);
    ~prefixed_content() { base_->unref(base_); }

    static prefixed_content* self(wp_content* content) {
        return static_cast<prefixed_content*>(content);
    }
    static void add(wp_content* content);
    static void drop(wp_content* content);
    static wp_status pieces(wp_content* content, std::uint64_t offset, std::uint64_t length,
                            wp_bytes* out, std::uint64_t max, std::uint64_t* count, wp_error* error,
                            wp_done done);

    std::atomic<std::uint32_t> references_{1};
    std::string prefix_;
    wp_content* base_;
};

} // namespace waypost::lmdb
