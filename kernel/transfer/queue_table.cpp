// SPDX-License-Identifier: Apache-2.0
#include "transfer/queue_table.hpp"

#include "log/fault.hpp"
#include "transfer/envelope.hpp"

#include <lmdb.h>

#include <array>
#include <cstring>

namespace waypost::kernel::transfer {

namespace {

constexpr std::string_view applied_key = "applied";
using id_key = std::array<unsigned char, 8>;
using due_key = std::array<unsigned char, 16>;

void put_big_endian(unsigned char* out, std::uint64_t value) noexcept {
    for (int i = 7; i >= 0; --i, value >>= 8U)
        out[i] = static_cast<unsigned char>(value & 0xffU);
}

std::uint64_t get_big_endian(const void* from) noexcept {
    const auto* bytes = static_cast<const unsigned char*>(from);
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
        value = value << 8U | bytes[i];
    return value;
}

id_key key_of(log::message_id id) noexcept {
    id_key key;
    put_big_endian(key.data(), id);
    return key;
}

due_key key_of(std::int64_t when, log::message_id id) noexcept {
    due_key key;
    put_big_endian(key.data(), static_cast<std::uint64_t>(when));
    put_big_endian(key.data() + 8, id);
    return key;
}

template <class Bytes>
MDB_val to_value(Bytes& bytes) noexcept {
    return {bytes.size(), const_cast<void*>(static_cast<const void*>(bytes.data()))};
}

std::string_view text_of(const MDB_val& value) noexcept {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

error failure(std::string_view what, int code) {
    return {WP_TEMPFAIL, "queue: " + std::string(what) + ": " + mdb_strerror(code)};
}

/// A read transaction with a cursor, ended by scope.
class reading {
public:
    reading(MDB_env* env, unsigned table) {
        if (mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0)
            mdb_cursor_open(txn, table, &cursor);
    }
    ~reading() {
        if (cursor != nullptr)
            mdb_cursor_close(cursor);
        if (txn != nullptr)
            mdb_txn_abort(txn);
    }
    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;
    MDB_txn* txn = nullptr;
    MDB_cursor* cursor = nullptr;
};

int write_change(MDB_txn* txn, unsigned entries, unsigned due, log::message_id id,
                 const queue_change& change) {
    auto id_bytes = key_of(id);
    auto key = to_value(id_bytes);
    MDB_val old{};
    if (mdb_get(txn, entries, &key, &old) == 0) {
        auto old_due = key_of(next_try_of(text_of(old)), id);
        auto old_key = to_value(old_due);
        const int code = mdb_del(txn, due, &old_key, nullptr);
        if (code != 0 && code != MDB_NOTFOUND)
            return code;
    }
    if (!change.text) {
        const int code = mdb_del(txn, entries, &key, nullptr);
        return code == MDB_NOTFOUND ? 0 : code;
    }
    auto text = to_value(*change.text);
    if (const int code = mdb_put(txn, entries, &key, &text, 0); code != 0)
        return code;
    if (change.next_try_ns == 0)
        return 0;
    auto due_bytes = key_of(change.next_try_ns, id);
    auto new_key = to_value(due_bytes);
    MDB_val nothing{0, nullptr};
    return mdb_put(txn, due, &new_key, &nothing, 0);
}

} // namespace

std::int64_t next_try_of(std::string_view text) {
    const auto parsed = decode(text);
    if (!parsed)
        return 0;
    std::int64_t earliest = 0;
    for (const auto& to : parsed->recipients)
        if (to.state == recipient_state::pending && (earliest == 0 || to.next_try_ns < earliest))
            earliest = std::max<std::int64_t>(to.next_try_ns, 1);
    return earliest;
}

result<std::unique_ptr<queue_table>> queue_table::open(const std::filesystem::path& folder,
                                                       std::size_t map_bytes) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    auto table = std::unique_ptr<queue_table>(new queue_table);
    mdb_env_create(&table->env_);
    mdb_env_set_maxdbs(table->env_, 4);
    mdb_env_set_mapsize(table->env_, map_bytes);
    if (const int code = mdb_env_open(table->env_, folder.c_str(), MDB_NOTLS, 0600); code != 0)
        return failure("cannot open " + folder.string(), code);
    MDB_txn* txn = nullptr;
    int code = mdb_txn_begin(table->env_, nullptr, 0, &txn);
    for (const auto& [name, handle] :
         {std::pair{"entries", &table->entries_}, std::pair{"due", &table->due_},
          std::pair{"state", &table->state_}})
        if (code == 0)
            code = mdb_dbi_open(txn, name, MDB_CREATE, handle);
    if (code == 0)
        code = mdb_txn_commit(txn);
    if (code != 0)
        return failure("cannot make the tables in " + folder.string(), code);
    return table;
}

queue_table::~queue_table() {
    if (env_ != nullptr)
        mdb_env_close(env_);
}

log::position queue_table::applied() const {
    const reading read(env_, state_);
    auto key = to_value(applied_key);
    MDB_val value{};
    if (mdb_get(read.txn, state_, &key, &value) != 0 || value.mv_size != 8)
        return 0;
    return get_big_endian(value.mv_data);
}

result<void> queue_table::write(const std::map<log::message_id, queue_change>& changes,
                                log::position at) {
    MDB_txn* txn = nullptr;
    int code = mdb_txn_begin(env_, nullptr, 0, &txn);
    if (code != 0)
        return failure("cannot begin a checkpoint", code);
    for (const auto& [id, change] : changes)
        if (code == 0)
            code = write_change(txn, entries_, due_, id, change);
    auto at_bytes = key_of(at);
    auto key = to_value(applied_key);
    auto value = to_value(at_bytes);
    if (code == 0)
        code = mdb_put(txn, state_, &key, &value, 0);
    if (code != 0) {
        mdb_txn_abort(txn);
        return failure("cannot write a checkpoint", code);
    }
    log::fault::point("queue.checkpoint.before-commit");
    if (code = mdb_txn_commit(txn); code != 0)
        return failure("cannot commit a checkpoint", code);
    log::fault::point("queue.checkpoint.after-commit");
    return {};
}

std::optional<std::string> queue_table::find(log::message_id id) const {
    const reading read(env_, entries_);
    auto id_bytes = key_of(id);
    auto key = to_value(id_bytes);
    MDB_val value{};
    if (mdb_get(read.txn, entries_, &key, &value) != 0)
        return std::nullopt;
    return std::string(text_of(value));
}

void queue_table::due(std::int64_t until_ns,
                      const std::function<bool(std::int64_t, log::message_id)>& visit) const {
    const reading read(env_, due_);
    MDB_val key{};
    MDB_val value{};
    for (int code = mdb_cursor_get(read.cursor, &key, &value, MDB_FIRST); code == 0;
         code = mdb_cursor_get(read.cursor, &key, &value, MDB_NEXT)) {
        const auto* bytes = static_cast<const unsigned char*>(key.mv_data);
        const auto when = static_cast<std::int64_t>(get_big_endian(bytes));
        if (when > until_ns || !visit(when, get_big_endian(bytes + 8)))
            return;
    }
}

void queue_table::each(log::message_id first,
                       const std::function<bool(log::message_id, std::string_view)>& visit) const {
    const reading read(env_, entries_);
    auto first_bytes = key_of(first);
    auto key = to_value(first_bytes);
    MDB_val value{};
    for (int code = mdb_cursor_get(read.cursor, &key, &value, MDB_SET_RANGE); code == 0;
         code = mdb_cursor_get(read.cursor, &key, &value, MDB_NEXT))
        if (!visit(get_big_endian(key.mv_data), text_of(value)))
            return;
}

std::uint64_t queue_table::size() const {
    const reading read(env_, entries_);
    MDB_stat stat{};
    return mdb_stat(read.txn, entries_, &stat) == 0 ? stat.ms_entries : 0;
}

} // namespace waypost::kernel::transfer
