// SPDX-License-Identifier: Apache-2.0
// The LMDB environment of one store: its tables, their keys, and read transactions. Only the
// checkpoint writes.
//
//   meta      "store"               -> store_value (applied log position, counters)
//   accounts  account id            -> account_value       names  account name -> account id
//   mailboxes account id, mailbox id -> mailbox_value
//   rows      mailbox id, UID        -> row                graves mailbox id, UID -> account id
//   (expunged rows) notes     mailbox id, modseq    -> UIDs expunged then; modseq 0 -> the newest
//   that was forgotten removed   mailbox id            -> account id          keys   checkpoint
//   number -> delivery keys
//
// Numbers in keys are big-endian, so that key order is their order.
#pragma once

#include "format.hpp"
#include "state.hpp"

#include <waypost/result.hpp>

#include <lmdb.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace waypost::lmdb {

/// A key of one or two numbers. `small` keys end in 32 bits (a UID).
class table_key {
public:
    explicit table_key(std::uint64_t first) { put(first, 8); }
    static table_key wide(std::uint64_t first, std::uint64_t second) {
        table_key out(first);
        out.put(second, 8);
        return out;
    }
    static table_key small(std::uint64_t first, std::uint32_t second) {
        table_key out(first);
        out.put(second, 4);
        return out;
    }
    MDB_val val() noexcept { return {size_, bytes_.data()}; }
    static std::uint64_t number(std::string_view bytes) noexcept;

private:
    void put(std::uint64_t value, unsigned octets) {
        for (unsigned i = octets; i > 0; --i)
            bytes_[size_++] = static_cast<unsigned char>(value >> (8 * (i - 1)));
    }
    std::array<unsigned char, 16> bytes_;
    std::size_t size_ = 0;
};

inline std::string_view view(const MDB_val& from) {
    return {static_cast<const char*>(from.mv_data), from.mv_size};
}
inline MDB_val to_val(std::string_view from) {
    return {from.size(), const_cast<char*>(from.data())};
}

struct txn_ender {
    void operator()(MDB_txn* txn) const noexcept { mdb_txn_abort(txn); }
};
using txn_ptr = std::unique_ptr<MDB_txn, txn_ender>;
struct cursor_closer {
    void operator()(MDB_cursor* cursor) const noexcept { mdb_cursor_close(cursor); }
};
using cursor_ptr = std::unique_ptr<MDB_cursor, cursor_closer>;

/// LMDB refused what cannot fail but by damage, a full disk or a full map. Caught at the edges of
/// the store.
class database_error : public std::runtime_error {
public:
    database_error(const char* what, int code);
};

/// *thread-safe*; one writer.
class database {
public:
    /// Makes the folder when it is missing. `map_bytes` is the address space reserved: the largest
    /// size of the database.
    static result<std::unique_ptr<database>> open(const std::string& folder,
                                                  std::uint64_t map_bytes);
    ~database();
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    txn_ptr read() const;
    txn_ptr write() const;
    static void commit(txn_ptr txn);

    static std::optional<std::string_view> get(MDB_txn* txn, MDB_dbi table, MDB_val key);
    static void put(MDB_txn* txn, MDB_dbi table, MDB_val key, std::string_view value);
    static void drop(MDB_txn* txn, MDB_dbi table, MDB_val key);
    static cursor_ptr walk(MDB_txn* txn, MDB_dbi table);
    /// Calls visit(key, value) for the entries whose keys start with `first`, from `from` on; false
    /// ends it.
    static void each(MDB_txn* txn, MDB_dbi table, MDB_val from, std::size_t prefix,
                     const std::function<bool(std::string_view, std::string_view)>& visit);

    MDB_dbi meta = 0, accounts = 0, names = 0, mailboxes = 0, rows = 0, graves = 0, notes = 0,
            removed = 0, keys = 0;

private:
    database() = default;
    MDB_env* env_ = nullptr;
};

/// An account with all its mailboxes and graves, as of the last checkpoint; null: not there.
std::unique_ptr<account_state> load_account(const database& from, std::uint64_t id);
std::uint64_t find_account(const database& from, std::string_view name); // 0: not there

} // namespace waypost::lmdb
