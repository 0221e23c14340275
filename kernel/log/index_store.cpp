// SPDX-License-Identifier: Apache-2.0
// messages.mdb; see index_store.hpp.
#include "log/index_store.hpp"

#include <fmt/format.h>
#include <lmdb.h>

#include <cerrno>
#include <cstring>

namespace waypost::kernel::log {
namespace {

error store_failure(std::string_view action, std::string_view path, int code) {
    if (code == ENOSPC)
        return {WP_TEMPFAIL, 452, 4,
                3,           1,   fmt::format("cannot {} {}: disk full; free space", action, path)};
    if (code == MDB_MAP_FULL)
        return {WP_TEMPFAIL,
                fmt::format("cannot {} {}: its map is full; raise index_map_bytes", action, path)};
    return {WP_TEMPFAIL, fmt::format("cannot {} {}: {}", action, path, mdb_strerror(code))};
}

template <class T>
std::optional<T> value_of(const MDB_val& data) {
    if (data.mv_size != sizeof(T))
        return std::nullopt;
    T out;
    std::memcpy(&out, data.mv_data, sizeof out);
    return out;
}

} // namespace

result<std::unique_ptr<index_store>> index_store::open(const std::filesystem::path& path,
                                                       std::size_t map_bytes) {
    std::unique_ptr<index_store> made(new index_store(path.native()));
    if (const int code = made->open_tables(map_bytes))
        return store_failure("open", path.native(), code);
    return made;
}

int index_store::open_tables(std::size_t map_bytes) {
    int code = mdb_env_create(&env_);
    if (code == 0)
        code = mdb_env_set_maxdbs(env_, 8);
    if (code == 0)
        code = mdb_env_set_mapsize(env_, map_bytes);
    if (code == 0)
        code = mdb_env_open(env_, path_.c_str(), MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD, 0640);
    MDB_txn* txn = nullptr;
    if (code == 0)
        code = mdb_txn_begin(env_, nullptr, 0, &txn);
    const auto table = [&](const char* name, unsigned& out) {
        if (code == 0)
            code = mdb_dbi_open(txn, name, MDB_CREATE | MDB_INTEGERKEY, &out);
    };
    table("messages", messages_);
    table("segments", segments_);
    table("state", state_);
    table("floors", floors_);
    if (code == 0)
        code = mdb_txn_commit(txn);
    else if (txn)
        mdb_txn_abort(txn);
    if (code == 0)
        code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reader_);
    if (code == 0)
        mdb_txn_reset(reader_);
    return code;
}

index_store::~index_store() {
    if (reader_)
        mdb_txn_abort(reader_);
    if (env_)
        mdb_env_close(env_);
}

template <class Row, class Key>
std::vector<std::pair<Key, Row>> index_store::all(unsigned table) {
    std::vector<std::pair<Key, Row>> rows;
    MDB_cursor* cursor = nullptr;
    if (mdb_txn_renew(reader_) != 0)
        return rows;
    if (mdb_cursor_open(reader_, table, &cursor) == 0) {
        MDB_val key, data;
        while (mdb_cursor_get(cursor, &key, &data, MDB_NEXT) == 0) {
            const auto id = value_of<std::uint64_t>(key);
            const auto row = value_of<Row>(data);
            if (id && row)
                rows.emplace_back(static_cast<Key>(*id), *row);
        }
        mdb_cursor_close(cursor);
    }
    mdb_txn_reset(reader_);
    return rows;
}

std::optional<index_state> index_store::state() {
    const auto rows = all<index_state, std::uint64_t>(state_);
    if (rows.empty())
        return std::nullopt;
    return rows.front().second;
}

std::vector<std::pair<segment_id, segment_row>> index_store::segments() {
    return all<segment_row, segment_id>(segments_);
}

std::vector<std::pair<consumer_id, consumer_floor>> index_store::floors() {
    return all<consumer_floor, consumer_id>(floors_);
}

std::optional<index_entry> index_store::find(message_id id) {
    if (mdb_txn_renew(reader_) != 0)
        return std::nullopt;
    MDB_val key{sizeof id, &id}, data;
    std::optional<index_entry> found;
    if (mdb_get(reader_, messages_, &key, &data) == 0)
        found = value_of<index_entry>(data);
    mdb_txn_reset(reader_);
    return found;
}

index_store::transaction::transaction(index_store& store) : store_(store) {
    code_ = mdb_txn_begin(store.env_, nullptr, 0, &txn_);
}

index_store::transaction::~transaction() {
    if (txn_)
        mdb_txn_abort(txn_);
}

void index_store::transaction::store(unsigned table, std::uint64_t key, const void* data,
                                     std::size_t size) {
    if (code_ != 0)
        return;
    MDB_val name{sizeof key, &key}, value{size, const_cast<void*>(data)};
    code_ = mdb_put(txn_, table, &name, &value, 0);
}

void index_store::transaction::remove(unsigned table, std::uint64_t key) {
    if (code_ != 0)
        return;
    MDB_val name{sizeof key, &key};
    code_ = mdb_del(txn_, table, &name, nullptr);
    if (code_ == MDB_NOTFOUND)
        code_ = 0;
}

void index_store::transaction::put(message_id id, const index_entry& entry) {
    store(store_.messages_, id, &entry, sizeof entry);
}
void index_store::transaction::erase(message_id id) {
    remove(store_.messages_, id);
}
void index_store::transaction::put(segment_id id, const segment_row& row) {
    store(store_.segments_, id, &row, sizeof row);
}
void index_store::transaction::erase_segment(segment_id id) {
    remove(store_.segments_, id);
}
void index_store::transaction::put(consumer_id id, const consumer_floor& floor) {
    store(store_.floors_, id, &floor, sizeof floor);
}
void index_store::transaction::put(const index_state& state) {
    store(store_.state_, 0, &state, sizeof state);
}

result<void> index_store::transaction::commit() {
    if (code_ == 0) {
        code_ = mdb_txn_commit(txn_);
        txn_ = nullptr;
    }
    if (code_ != 0)
        return store_failure("write", store_.path_, code_);
    return {};
}

} // namespace waypost::kernel::log
