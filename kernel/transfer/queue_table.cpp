// SPDX-License-Identifier: Apache-2.0
#include "transfer/queue_table.hpp"

#include "log/fault.hpp"
#include "transfer/big_endian.hpp"
#include "transfer/envelope.hpp"

#include <lmdb.h>

#include <cstring>

namespace waypost::kernel::transfer {

namespace {

constexpr std::string_view applied_key = "applied";

std::string id_key(log::message_id id) {
    std::string key;
    append_big_endian(key, id);
    return key;
}

std::string timer_key(std::int64_t when, log::message_id id) {
    auto key = id_key(static_cast<std::uint64_t>(when));
    append_big_endian(key, id);
    return key;
}

MDB_val to_value(std::string_view bytes) noexcept {
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view text_of(const MDB_val& value) noexcept {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

int put(MDB_txn* txn, unsigned table, std::string_view key, std::string_view value) {
    auto at = to_value(key);
    auto bytes = to_value(value);
    return mdb_put(txn, table, &at, &bytes, 0);
}

int erase(MDB_txn* txn, unsigned table, std::string_view key) {
    auto at = to_value(key);
    const int code = mdb_del(txn, table, &at, nullptr);
    return code == MDB_NOTFOUND ? 0 : code;
}

/// Visits a table from `first` on until the visitor returns false.
template <class Visit>
void walk(MDB_txn* txn, unsigned table, std::string_view first, Visit visit) {
    MDB_cursor* cursor = nullptr;
    if (txn == nullptr || mdb_cursor_open(txn, table, &cursor) != 0)
        return;
    auto key = to_value(first);
    MDB_val value{};
    const auto begin = first.empty() ? MDB_FIRST : MDB_SET_RANGE;
    for (int code = mdb_cursor_get(cursor, &key, &value, begin); code == 0;
         code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT))
        if (!visit(text_of(key), text_of(value)))
            break;
    mdb_cursor_close(cursor);
}

error failure(std::string_view what, int code) {
    return {WP_TEMPFAIL, "queue: " + std::string(what) + ": " + mdb_strerror(code)};
}

} // namespace

queue_change change_of(log::message_id id, std::string text) {
    queue_change out;
    if (const auto parsed = decode(text)) {
        out.timer_ns = parsed->timer_ns;
        for (const auto& row : rows_of(id, *parsed)) {
            out.keys.push_back(key_of(row));
            out.counts.push_back(row.counts);
        }
    }
    out.text = std::move(text);
    return out;
}

queue_table::view::view(const queue_table& of) : of_(of) {
    if (mdb_txn_begin(of.env_, nullptr, MDB_RDONLY, &txn_) != 0)
        txn_ = nullptr;
}

queue_table::view::~view() {
    if (txn_ != nullptr)
        mdb_txn_abort(txn_);
}

std::optional<std::string> queue_table::view::find(log::message_id id) const {
    const auto key_bytes = id_key(id);
    auto key = to_value(key_bytes);
    MDB_val value{};
    if (txn_ == nullptr || mdb_get(txn_, of_.entries_, &key, &value) != 0)
        return std::nullopt;
    return std::string(text_of(value));
}

void queue_table::view::rows(
    std::string_view first,
    const std::function<bool(std::string_view, const state_counts&)>& visit) const {
    walk(txn_, of_.index_, first, [&](std::string_view key, std::string_view value) {
        state_counts counts{};
        std::memcpy(counts.data(), value.data(), std::min(value.size(), sizeof counts));
        return visit(key, counts);
    });
}

std::string queue_table::view::row_from(std::string_view key) const {
    std::string found;
    walk(txn_, of_.index_, key, [&](std::string_view at, std::string_view) {
        found = at;
        return false;
    });
    return found;
}

void queue_table::view::timers(
    const std::function<bool(std::int64_t, log::message_id)>& visit) const {
    walk(txn_, of_.timers_, {}, [&](std::string_view key, std::string_view) {
        return visit(static_cast<std::int64_t>(get_big_endian(key.data())),
                     get_big_endian(key.data() + 8));
    });
}

void queue_table::view::entries(
    log::message_id first,
    const std::function<bool(log::message_id, std::string_view)>& visit) const {
    walk(txn_, of_.entries_, id_key(first), [&](std::string_view key, std::string_view value) {
        return visit(get_big_endian(key.data()), value);
    });
}

result<std::unique_ptr<queue_table>> queue_table::open(const std::filesystem::path& folder,
                                                       std::size_t map_bytes) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    auto table = std::unique_ptr<queue_table>(new queue_table);
    int code = mdb_env_create(&table->env_);
    if (code == 0)
        code = mdb_env_set_maxdbs(table->env_, 8);
    if (code == 0)
        code = mdb_env_set_mapsize(table->env_, map_bytes);
    if (code == 0)
        code = mdb_env_open(table->env_, folder.c_str(), MDB_NOTLS, 0600);
    if (code != 0)
        return failure("cannot open " + folder.string(), code);
    MDB_txn* txn = nullptr;
    code = mdb_txn_begin(table->env_, nullptr, 0, &txn);
    for (const auto& [name, handle] :
         {std::pair{"entries", &table->entries_}, std::pair{"index", &table->index_},
          std::pair{"timers", &table->timers_}, std::pair{"state", &table->state_}})
        if (code == 0)
            code = mdb_dbi_open(txn, name, MDB_CREATE, handle);
    if (code == 0)
        code = mdb_txn_commit(std::exchange(txn, nullptr));
    if (txn != nullptr)
        mdb_txn_abort(txn);
    if (code != 0)
        return failure("cannot make the tables in " + folder.string(), code);
    return table;
}

queue_table::~queue_table() {
    if (env_ != nullptr)
        mdb_env_close(env_);
}

log::position queue_table::applied() const {
    log::position at = 0;
    MDB_txn* txn = nullptr;
    if (mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) != 0)
        return 0;
    auto key = to_value(applied_key);
    MDB_val value{};
    if (mdb_get(txn, state_, &key, &value) == 0 && value.mv_size == 8)
        at = get_big_endian(value.mv_data);
    mdb_txn_abort(txn);
    return at;
}

std::uint64_t queue_table::size() const {
    MDB_txn* txn = nullptr;
    if (mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) != 0)
        return 0;
    MDB_stat stat{};
    const int code = mdb_stat(txn, entries_, &stat);
    mdb_txn_abort(txn);
    return code == 0 ? stat.ms_entries : 0;
}

int queue_table::erase_rows(MDB_txn* txn, log::message_id id, const queue_change& old) const {
    int code = 0;
    for (const auto& key : old.keys)
        if (code == 0)
            code = erase(txn, index_, key);
    if (code == 0 && old.timer_ns != 0)
        code = erase(txn, timers_, timer_key(old.timer_ns, id));
    return code;
}

int queue_table::put_rows(MDB_txn* txn, log::message_id id, const queue_change& fresh) const {
    int code = 0;
    for (std::size_t i = 0; i < fresh.keys.size() && code == 0; ++i)
        code = put(txn, index_, fresh.keys[i],
                   {reinterpret_cast<const char*>(fresh.counts[i].data()), sizeof(state_counts)});
    if (code == 0 && fresh.timer_ns != 0)
        code = put(txn, timers_, timer_key(fresh.timer_ns, id), {});
    return code;
}

int queue_table::write_change(MDB_txn* txn, log::message_id id, const queue_change& change) const {
    const auto key_bytes = id_key(id);
    auto key = to_value(key_bytes);
    MDB_val old{};
    if (mdb_get(txn, entries_, &key, &old) == 0)
        if (const int code = erase_rows(txn, id, change_of(id, std::string(text_of(old))));
            code != 0)
            return code;
    if (!change.text)
        return erase(txn, entries_, key_bytes);
    if (const int code = put(txn, entries_, key_bytes, *change.text); code != 0)
        return code;
    return put_rows(txn, id, change);
}

result<void> queue_table::write(const std::map<log::message_id, queue_change>& changes,
                                log::position at) {
    MDB_txn* txn = nullptr;
    int code = mdb_txn_begin(env_, nullptr, 0, &txn);
    if (code != 0)
        return failure("cannot begin a checkpoint", code);
    for (const auto& [id, change] : changes)
        if (code == 0)
            code = write_change(txn, id, change);
    if (code == 0)
        code = put(txn, state_, applied_key, id_key(at));
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

} // namespace waypost::kernel::transfer
