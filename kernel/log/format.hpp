// SPDX-License-Identifier: Apache-2.0
// The bytes of the log: pure encoders and parsers without I/O, safe on any input (R3.2).
//
// segment = header line, then groups
// group   = header line {sequence, record count, body bytes, checksum}, then the records
// record  = header line {kind, consumer, length, message, envelope, content, enc, key}, then
// `length` bytes
//
// A message's bytes are its envelope lines, a line of two CTRL/A, then header and body as they
// came. All header lines have fixed width, so a reader needs no scan; the checksum is keyed with a
// random secret of the segment and covers the group's offset, so nothing inside a message can pass
// for a group.
#pragma once

#include "log/position.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace waypost::kernel::log {

inline constexpr std::string_view envelope_end = "\x01\x01\n";
inline constexpr std::size_t segment_header_size = 204;
inline constexpr std::size_t group_header_size = 101;
inline constexpr std::size_t record_header_size = 120;

using segment_key = std::array<unsigned char, 32>;
using checksum_value = std::array<std::uint64_t, 2>;

struct segment_header {
    segment_id id = 0;
    bool cold = false;              // written by compaction; its groups are no part of the sequence
    position first = 1;             // sequence number of the first group it will hold
    segment_id previous = 0;        // 0: none
    std::uint64_t previous_end = 0; // up to here the previous segment is valid
    segment_key key{};
};

struct group_header {
    position sequence = 0;
    std::uint32_t records = 0;
    std::uint64_t bytes = 0;
    checksum_value sum{};
};

enum class record_kind : char { message = 'M', large_message = 'F', journal = 'J' };

struct record_header {
    record_kind kind = record_kind::journal;
    consumer_id consumer = 0;
    std::uint64_t length = 0; // of the bytes that follow in the log
    message_id message = 0;
    std::uint32_t envelope = 0; // bytes of the envelope without its end line
    std::uint64_t content = 0;  // bytes of the message after the end line, wherever they are
};

/// A record of a group. `bytes` lives until apply returns; for a message of a group that was just
/// written it is empty, because its pieces were never in one place.
struct record_view : record_header {
    std::uint64_t offset = 0; // of the bytes, in the segment
    std::string_view bytes;
};

struct group_view {
    position sequence = 0;
    std::uint32_t records = 0;
    std::uint64_t offset = 0;
    std::string_view body;
    std::uint64_t end() const noexcept { return offset + group_header_size + body.size(); }
};

void encode(const segment_header& header, char* out) noexcept;
void encode(const group_header& header, char* out) noexcept;
void encode(const record_header& header, char* out) noexcept;
std::optional<segment_header> parse_segment_header(std::string_view text) noexcept;
std::optional<group_header> parse_group_header(std::string_view text) noexcept;
/// Also refuses lengths that contradict each other.
std::optional<record_header> parse_record_header(std::string_view text) noexcept;

/// Keyed XXH3-128 over a group. Single thread.
class checksum {
public:
    explicit checksum(const segment_key& key);
    ~checksum();
    checksum(const checksum&) = delete;
    checksum& operator=(const checksum&) = delete;

    void begin(const group_header& header, std::uint64_t offset) noexcept;
    void update(const void* data, std::size_t size) noexcept;
    checksum_value finish() noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// The group at `offset` when it is whole and its checksum matches.
std::optional<group_view> read_group(std::string_view segment, std::uint64_t offset,
                                     checksum& sum) noexcept;
/// The header at `offset` when its length fits into the segment; says nothing about the checksum.
std::optional<group_header> plausible_group(std::string_view segment,
                                            std::uint64_t offset) noexcept;

/// Walks the records of a verified group. Single thread.
class record_reader {
public:
    explicit record_reader(const group_view& group) noexcept : group_(group) {}
    /// False at the end or when the group does not parse; then broken() tells which.
    bool next(record_view& out) noexcept;
    bool broken() const noexcept { return broken_; }

private:
    group_view group_;
    std::size_t at_ = 0;
    std::uint32_t seen_ = 0;
    bool broken_ = false;
};

/// A reference change as text inside a journal record of consumer 0: id and signed count, one per
/// line.
inline constexpr std::size_t reference_size = 27;
struct reference {
    message_id message = 0;
    std::int32_t delta = 0;
};
void encode(const reference& change, char* out) noexcept;
std::optional<reference> parse_reference(std::string_view text) noexcept;

} // namespace waypost::kernel::log
