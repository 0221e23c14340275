// SPDX-License-Identifier: Apache-2.0
#include "directory/tables.hpp"

#include <fmt/format.h>

namespace waypost::kernel::directory {

namespace {

constexpr std::array<const char*, table_count> table_names = {
    "meta",   "entries", "uuids",    "claims",   "bases", "domains",
    "routes", "aliases", "accounts", "produced", "lists"};
constexpr unsigned reader_limit = 1024;
constexpr std::size_t bytes_per_checkpoint = std::size_t{32} << 20;
constexpr std::size_t smallest_map = std::size_t{1} << 30;
constexpr std::size_t room_while_building = 3;
constexpr std::size_t room_while_serving = 4;

MDB_val to_val(std::string_view text) noexcept {
    return {text.size(), const_cast<char*>(text.data())};
}

std::string_view to_view(const MDB_val& value) noexcept {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

} // namespace

error lmdb_error(int code, std::string_view doing, const std::filesystem::path& where) {
    return {WP_TEMPFAIL,
            fmt::format("directory cache {}: {}: {}", where.string(), doing, mdb_strerror(code))};
}

result<void> environment::open(const std::filesystem::path& folder, std::size_t map_size,
                               bool building) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return error{WP_TEMPFAIL,
                     fmt::format("cannot make {}: {}", folder.string(), failed.message())};
    folder_ = folder;
    building_ = building;
    int rc = mdb_env_create(&env_);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(env_, static_cast<MDB_dbi>(table_count));
    if (rc == 0)
        rc = mdb_env_set_maxreaders(env_, reader_limit);
    if (rc == 0)
        rc = mdb_env_set_mapsize(env_, map_size);
    // The writer of a generation that is built may go from thread to thread, and nobody else is in
    // it: no locks.
    const unsigned sync = building ? MDB_NOSYNC | MDB_NOLOCK : MDB_NOMETASYNC;
    if (rc == 0)
        rc = mdb_env_open(env_, folder.c_str(), MDB_NOTLS | sync, 0600);
    if (rc != 0) {
        close();
        return lmdb_error(rc, "open", folder);
    }
    return open_tables();
}

result<void> environment::open_tables() {
    MDB_txn* txn = nullptr;
    int rc = mdb_txn_begin(env_, nullptr, 0, &txn);
    for (std::size_t i = 0; rc == 0 && i < table_count; ++i)
        rc = mdb_dbi_open(txn, table_names[i], MDB_CREATE, &dbis_[i]);
    if (rc == 0)
        rc = mdb_txn_commit(txn);
    else if (txn)
        mdb_txn_abort(txn);
    if (rc == 0)
        return {};
    close();
    return lmdb_error(rc, "open the tables", folder_);
}

void environment::close() noexcept {
    if (env_)
        mdb_env_close(env_);
    env_ = nullptr;
}

result<void> environment::sync() {
    if (const int rc = mdb_env_sync(env_, 1))
        return lmdb_error(rc, "sync", folder_);
    return {};
}

result<void> environment::settle() {
    if (auto synced = sync(); !synced)
        return synced;
    const auto room = std::max(smallest_map, used() * room_while_serving);
    const auto folder = folder_;
    close();
    return open(folder, room, false);
}

std::size_t environment::used() const noexcept {
    MDB_envinfo info{};
    MDB_stat stat{};
    mdb_env_info(env_, &info);
    mdb_env_stat(env_, &stat);
    return (info.me_last_pgno + 1) * stat.ms_psize;
}

int environment::make_room(std::size_t factor) noexcept {
    const auto wanted = std::max(smallest_map, used() * factor);
    return wanted > map_size() ? mdb_env_set_mapsize(env_, wanted) : 0;
}

std::size_t environment::map_size() const noexcept {
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    return info.me_mapsize;
}

void writer::begin() noexcept {
    if (env_->building())
        failure_ = env_->make_room(room_while_building);
    if (failure_ == 0)
        failure_ = mdb_txn_begin(env_->get(), nullptr, 0, &txn_);
    if (failure_)
        txn_ = nullptr;
}

bool writer::get(table from, std::string_view key, std::string_view& value) {
    if (failure_)
        return false;
    auto k = to_val(key);
    MDB_val v{};
    const int rc = mdb_get(txn_, env_->dbi(from), &k, &v);
    if (rc == 0)
        value = to_view(v);
    if (rc != 0 && rc != MDB_NOTFOUND)
        failure_ = rc;
    return rc == 0;
}

void writer::put(table into, std::string_view key, std::string_view value) {
    if (failure_)
        return;
    auto k = to_val(key);
    auto v = to_val(value);
    failure_ = mdb_put(txn_, env_->dbi(into), &k, &v, 0);
    written_ += key.size() + value.size();
}

void writer::erase(table from, std::string_view key) {
    if (failure_)
        return;
    auto k = to_val(key);
    const int rc = mdb_del(txn_, env_->dbi(from), &k, nullptr);
    if (rc != 0 && rc != MDB_NOTFOUND)
        failure_ = rc;
    written_ += key.size();
}

void writer::clear(table which) {
    if (!failure_)
        failure_ = mdb_drop(txn_, env_->dbi(which), 0);
}

void writer::scan(table in, std::string_view from, const visitor& visit) {
    if (failure_)
        return;
    MDB_cursor* cursor = nullptr;
    failure_ = mdb_cursor_open(txn_, env_->dbi(in), &cursor);
    if (failure_)
        return;
    auto k = to_val(from);
    MDB_val v{};
    // LMDB does not know the empty key.
    int rc = mdb_cursor_get(cursor, &k, &v, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
    while (rc == 0) {
        const auto go_on = visit(to_view(k), to_view(v));
        if (!go_on)
            break;
        if (!go_on->empty())
            k = to_val(*go_on);
        rc = mdb_cursor_get(cursor, &k, &v, go_on->empty() ? MDB_NEXT : MDB_SET_RANGE);
    }
    mdb_cursor_close(cursor);
    if (rc != 0 && rc != MDB_NOTFOUND)
        failure_ = rc;
}

std::size_t writer::count(table of) {
    MDB_stat stat{};
    if (!failure_)
        failure_ = mdb_stat(txn_, env_->dbi(of), &stat);
    return stat.ms_entries;
}

int writer::commit() noexcept {
    if (failure_) {
        abort();
        return failure_;
    }
    failure_ = mdb_txn_commit(txn_);
    txn_ = nullptr;
    return failure_;
}

void writer::abort() noexcept {
    if (txn_)
        mdb_txn_abort(txn_);
    txn_ = nullptr;
}

void writer::checkpoint() {
    if (failure_ || !env_->building() || written_ < bytes_per_checkpoint)
        return;
    restart();
}

void writer::restart() {
    written_ = 0;
    if (!failure_ && commit() == 0)
        begin();
}

} // namespace waypost::kernel::directory
