// SPDX-License-Identifier: Apache-2.0
// The bytes of a message while it arrives: in memory up to one log record and while the ingest
// budget has room, otherwise in a file of the spool, written in pieces on a worker. Two pieces at
// most are in memory then.
#pragma once

#include "log/large_message.hpp"

#include <waypost/abi/base.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace waypost::kernel::transfer {

struct context;

inline constexpr std::size_t max_record_content = 256u
                                                  << 10; // a larger message gets a file of its own
inline constexpr std::size_t piece_with_budget = 128u << 10;
inline constexpr std::size_t piece_without_budget = 16u << 10;

/// Used by one thread at a time. Its worker's tasks hold what they need and may outlive it.
class spill {
public:
    explicit spill(context& unit) : unit_(unit) {}
    ~spill();
    spill(const spill&) = delete;
    spill& operator=(const spill&) = delete;

    /// WP_BUSY: a piece is being written; wait with ready().
    result<void> append(std::string_view bytes);
    /// WP_OK: append may go on; WP_PENDING: `done` will tell.
    wp_status ready(wp_done done);

    bool in_file() const noexcept { return writer_ != nullptr; }
    std::string_view memory() const noexcept { return memory_; }
    log::large_message* file() noexcept;
    /// Writes the rest and syncs, on a worker; then the file can be named in a group.
    void finish(std::function<void(result<void>)> then);

private:
    struct writer;
    bool reserve(std::size_t more);
    result<void> start_file();
    void write_piece();

    context& unit_;
    std::string memory_;
    std::size_t reserved_ = 0;
    std::shared_ptr<writer> writer_;
};

} // namespace waypost::kernel::transfer
