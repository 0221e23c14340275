// SPDX-License-Identifier: Apache-2.0
// Builds one group on the committer thread: operations put messages, journal records and references
// into it. Headers, envelopes and journal bytes are copied into one reused buffer; message content
// goes out by reference and must stay valid until the operation's done().
#pragma once

#include "log/format.hpp"
#include "log/large_message.hpp"

#include <sys/uio.h>

#include <atomic>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::log {

/// A message to store. Envelope lines end in \n and never contain the line of two CTRL/A.
struct message_parts {
    std::string_view envelope;
    std::span<const std::string_view> content;
    large_message* file = nullptr; // finished; then `content` is empty
};

/// Single thread: the committer's.
class group {
public:
    struct mark_type {
        std::size_t records, references, pieces, last_piece, arena, body, files;
    };

    explicit group(std::atomic<message_id>& ids) : ids_(ids) {}

    /// The message has no references yet: without one it is dead when the group is applied.
    message_id put_message(const message_parts& parts);
    void put_journal(consumer_id consumer, std::string_view bytes);
    void ref(message_id message, std::int32_t delta);

    mark_type mark() const noexcept;
    void rollback(const mark_type& to);

    // The committer's side.
    void clear() noexcept;
    /// Writes the references as a record of consumer 0; nothing can be put afterwards.
    void seal();
    bool empty() const noexcept { return records_.empty() && references_.empty(); }
    std::uint64_t body_bytes() const noexcept { return body_; }
    std::uint32_t record_count() const noexcept {
        return static_cast<std::uint32_t>(records_.size());
    }
    std::uint64_t messages() const noexcept { return messages_; }
    /// The body's bytes; valid until the group changes.
    void append_to(std::vector<iovec>& out) const;
    /// The records for one consumer, located as if the body began at `body_at` of its segment.
    void collect(consumer_id consumer, std::uint64_t body_at, std::vector<record_view>& out) const;
    /// Marks the files that the group names as kept.
    void keep_files() noexcept;

private:
    struct piece {
        const char* data; // null: in the arena
        std::size_t arena_at;
        std::size_t size;
    };
    struct entry {
        record_header header;
        std::uint64_t body_at;
        std::size_t arena_at;
    };
    void put_arena(std::string_view bytes);
    void put_content(std::string_view bytes);
    void put_record(const record_header& header);

    std::atomic<message_id>& ids_;
    std::string arena_;
    std::vector<piece> pieces_;
    std::vector<entry> records_;
    std::vector<reference> references_;
    std::vector<large_message*> files_;
    std::uint64_t body_ = 0;
    std::uint64_t messages_ = 0;
};

} // namespace waypost::kernel::log
