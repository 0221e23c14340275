// SPDX-License-Identifier: Apache-2.0
// Everything this store writes, as pure functions: journal records (one per mailbox change, kept in
// the message log) and the values of its LMDB tables. Safe on any input; an encoding is the only
// one of its value.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::lmdb {

/// A message in a mailbox. `size` is the content's, without the prefix.
struct row {
    std::uint32_t uid = 0;
    std::uint64_t modseq = 0;
    std::uint64_t flags = 0;
    std::uint64_t message = 0;
    std::uint64_t size = 0;
    std::int64_t date_ns = 0;
    std::string_view prefix;

    std::uint64_t total() const noexcept { return size + prefix.size(); }
};

/// Set in row::flags: expunged, kept until no snapshot shows it any more.
inline constexpr std::uint64_t flag_gone = UINT64_C(1) << 63;

struct delivery_key {
    std::uint64_t job = 0;
    std::uint64_t recipient = 0;
    bool empty() const noexcept { return job == 0 && recipient == 0; }
    friend bool operator==(const delivery_key&, const delivery_key&) = default;
};

enum class record_kind : std::uint8_t {
    account = 1, // account, text = name
    mailbox = 2, // account, mailbox, uid_validity, text = path
    add = 3,     // account, mailbox, entry, key
    flags = 4,   // account, mailbox, modseq, how, flags, uids
    expunge = 5, // account, mailbox, modseq, uids
    release = 6, // account, mailbox, uids: rows of expunged messages are dropped
    remove = 7,  // account, mailbox
    rename = 8,  // account, mailbox, text = path
    forget = 9,  // account, mailbox: removed and empty
    purge = 10,  // account: removed with all its mailboxes
};

enum class flag_change : std::uint8_t { add = 1, take = 2, set = 3 };

/// One journal record; only the members that its kind names are written.
struct record {
    record_kind kind = record_kind::account;
    std::uint64_t account = 0;
    std::uint64_t mailbox = 0;
    std::uint32_t uid_validity = 0;
    std::uint64_t modseq = 0;
    flag_change how = flag_change::add;
    std::uint64_t flags = 0;
    std::string_view text;
    std::string_view uids; // encode_uids
    row entry;
    delivery_key key;
};

void encode(const record& from, std::string& out);
std::optional<record> decode_record(std::string_view bytes);

/// Ascending UIDs as runs: {distance from the last run's end, length}. Whole groups of mail cost a
/// few octets.
void encode_uids(std::span<const std::uint32_t> uids, std::string& out);

/// Walks the runs of an encoded set. Single thread.
class uid_runs {
public:
    explicit uid_runs(std::string_view bytes) : left_(bytes) {}
    /// False at the end, or when the bytes are no set; then broken() is true.
    bool next(std::uint32_t& first, std::uint32_t& last) noexcept;
    bool broken() const noexcept { return broken_; }

private:
    std::string_view left_;
    std::uint64_t behind_ = 0;
    bool broken_ = false;
};
bool valid_uids(std::string_view bytes) noexcept;

/// Table value of a row; the UID is in the key. Modification sequence and flags stand first and
/// have a fixed width, so that a flag change rewrites sixteen octets.
inline constexpr std::size_t row_head_size = 16;
void encode_row(const row& from, std::string& out);
std::optional<row> decode_row(std::uint32_t uid, std::string_view bytes);

/// Table value of a mailbox.
struct mailbox_value {
    std::uint32_t uid_validity = 0;
    std::uint32_t uid_next = 1;
    std::uint64_t modseq = 1;
    std::uint64_t messages = 0;
    std::uint64_t unseen = 0;
    std::uint64_t deleted = 0;
    std::uint64_t bytes = 0;
    std::uint64_t notes = 0; // expunge notes kept for `since`
    bool removed = false;
    std::string_view path;
};
void encode_mailbox(const mailbox_value& from, std::string& out);
std::optional<mailbox_value> decode_mailbox(std::string_view bytes);

/// Table value of an account.
struct account_value {
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;
    bool purged = false;
    std::string_view name;
};
void encode_account(const account_value& from, std::string& out);
std::optional<account_value> decode_account(std::string_view bytes);

/// The store's own counters, written in the transaction of each checkpoint.
struct store_value {
    std::uint64_t position = 0;
    std::uint64_t next_id = 1;
    std::uint32_t uid_validity = 0; // last one given
};
void encode_store(const store_value& from, std::string& out);
std::optional<store_value> decode_store(std::string_view bytes);

} // namespace waypost::lmdb
