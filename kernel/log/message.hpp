// SPDX-License-Identifier: Apache-2.0
// A stored message held open: its bytes stay readable until the last holder lets go, whatever
// compaction does.
#pragma once

#include "log/segment.hpp"

#include <waypost/result.hpp>

#include <memory>
#include <string_view>

namespace waypost::kernel::log {

/// Immutable, thread-safe.
class message {
public:
    message(message_id id, std::shared_ptr<const mapping> envelope_in, std::string_view envelope,
            std::shared_ptr<const mapping> content_in, std::string_view content)
        : id_(id), envelope_in_(std::move(envelope_in)), content_in_(std::move(content_in)),
          envelope_(envelope), content_(content) {}

    message_id id() const noexcept { return id_; }
    std::size_t size() const noexcept { return content_.size(); }
    std::string_view envelope() const noexcept { return envelope_; }
    /// Header and body, byte for byte, in memory mapped from the log.
    wp_bytes content() const noexcept { return to_bytes(content_); }

private:
    message_id id_;
    std::shared_ptr<const mapping> envelope_in_;
    std::shared_ptr<const mapping> content_in_;
    std::string_view envelope_;
    std::string_view content_;
};

} // namespace waypost::kernel::log
