// SPDX-License-Identifier: Apache-2.0
// LMDB tables; see database.hpp.
#include "database.hpp"

#include <filesystem>
#include <stdexcept>

namespace waypost::lmdb {
namespace {

constexpr unsigned table_count = 16;
constexpr unsigned reader_count = 1024;

void check(const char* what, int code) {
    if (code != MDB_SUCCESS)
        throw database_error(what, code);
}

} // namespace

std::uint64_t table_key::number(std::string_view bytes) noexcept {
    std::uint64_t value = 0;
    for (const char each : bytes)
        value = (value << 8) | static_cast<unsigned char>(each);
    return value;
}

database_error::database_error(const char* what, int code)
    : std::runtime_error(std::string("mail store: LMDB cannot ") + what + ": " +
                         mdb_strerror(code)) {}

result<std::unique_ptr<database>> database::open(const std::string& folder,
                                                 std::uint64_t map_bytes) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure)
        return error{WP_TEMPFAIL, "cannot make the folder " + folder +
                                      " of the mail store: " + failure.message()};
    std::unique_ptr<database> out(new database);
    const auto refused = [&](int code) {
        return error{WP_TEMPFAIL,
                     "cannot open the mail store in " + folder + ": " + mdb_strerror(code)};
    };
    if (const int code = mdb_env_create(&out->env_))
        return refused(code);
    mdb_env_set_maxdbs(out->env_, table_count);
    mdb_env_set_maxreaders(out->env_, reader_count);
    mdb_env_set_mapsize(out->env_, map_bytes);
    // Readers belong to calls, not to threads; random reads gain nothing from read-ahead.
    if (const int code = mdb_env_open(out->env_, folder.c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600))
        return refused(code);
    int dead = 0;
    mdb_reader_check(out->env_, &dead);
    try {
        txn_ptr txn = out->write();
        const auto table = [&](const char* name, MDB_dbi& to) {
            check("open a table", mdb_dbi_open(txn.get(), name, MDB_CREATE, &to));
        };
        table("meta", out->meta);
        table("accounts", out->accounts);
        table("names", out->names);
        table("mailboxes", out->mailboxes);
        table("rows", out->rows);
        table("graves", out->graves);
        table("notes", out->notes);
        table("removed", out->removed);
        table("keys", out->keys);
        commit(std::move(txn));
    } catch (const database_error& thrown) {
        return error{WP_TEMPFAIL, std::string(thrown.what()) + " (" + folder + ")"};
    }
    return out;
}

database::~database() {
    if (env_ != nullptr)
        mdb_env_close(env_);
}

txn_ptr database::read() const {
    MDB_txn* txn = nullptr;
    check("begin to read", mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn));
    return txn_ptr(txn);
}

txn_ptr database::write() const {
    MDB_txn* txn = nullptr;
    check("begin to write", mdb_txn_begin(env_, nullptr, 0, &txn));
    return txn_ptr(txn);
}

void database::commit(txn_ptr txn) {
    check("commit", mdb_txn_commit(txn.release()));
}

std::optional<std::string_view> database::get(MDB_txn* txn, MDB_dbi table, MDB_val key) {
    MDB_val value{};
    const int code = mdb_get(txn, table, &key, &value);
    if (code == MDB_NOTFOUND)
        return std::nullopt;
    check("read", code);
    return view(value);
}

void database::put(MDB_txn* txn, MDB_dbi table, MDB_val key, std::string_view value) {
    MDB_val val = to_val(value);
    check("write", mdb_put(txn, table, &key, &val, 0));
}

void database::drop(MDB_txn* txn, MDB_dbi table, MDB_val key) {
    const int code = mdb_del(txn, table, &key, nullptr);
    if (code != MDB_NOTFOUND)
        check("delete", code);
}

cursor_ptr database::walk(MDB_txn* txn, MDB_dbi table) {
    MDB_cursor* cursor = nullptr;
    check("open a cursor", mdb_cursor_open(txn, table, &cursor));
    return cursor_ptr(cursor);
}

void database::each(MDB_txn* txn, MDB_dbi table, MDB_val from, std::size_t prefix,
                    const std::function<bool(std::string_view, std::string_view)>& visit) {
    const std::string start(view(from).substr(0, prefix));
    const cursor_ptr cursor = walk(txn, table);
    MDB_val key = from;
    MDB_val value{};
    int code =
        mdb_cursor_get(cursor.get(), &key, &value, from.mv_size == 0 ? MDB_FIRST : MDB_SET_RANGE);
    for (; code == MDB_SUCCESS; code = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT))
        if (!view(key).starts_with(start) || !visit(view(key), view(value)))
            return;
    if (code != MDB_NOTFOUND)
        check("walk a table", code);
}

namespace {

std::unique_ptr<mailbox_state> load_mailbox(const database& from, MDB_txn* txn, std::uint64_t id,
                                            const mailbox_value& value) {
    auto out = std::make_unique<mailbox_state>();
    out->id = id;
    out->uid_validity = value.uid_validity;
    out->uid_next = out->uid_given = value.uid_next;
    out->modseq = out->modseq_given = value.modseq;
    out->messages = value.messages;
    out->unseen = value.unseen;
    out->deleted = value.deleted;
    out->bytes = value.bytes;
    out->notes = value.notes;
    out->path = value.path;
    out->exists = true;
    out->removed = value.removed;
    if (out->removed)
        return out; // its rows go by themselves
    database::each(
        txn, from.graves, table_key(id).val(), 8, [&](std::string_view key, std::string_view) {
            const auto uid = static_cast<std::uint32_t>(table_key::number(key.substr(8)));
            const auto found = database::get(txn, from.rows, table_key::small(id, uid).val());
            const auto entry = found ? decode_row(uid, *found) : std::nullopt;
            if (entry)
                out->graves.push_back({uid, entry->modseq, entry->message});
            return true;
        });
    return out;
}

} // namespace

std::unique_ptr<account_state> load_account(const database& from, std::uint64_t id) {
    const txn_ptr txn = from.read();
    const auto found = database::get(txn.get(), from.accounts, table_key(id).val());
    const auto value = found ? decode_account(*found) : std::nullopt;
    if (!value)
        return nullptr;
    auto out = std::make_unique<account_state>();
    out->id = id;
    out->name = value->name;
    out->bytes = value->bytes;
    out->messages = value->messages;
    out->exists = true;
    out->purged = value->purged;
    database::each(txn.get(), from.mailboxes, table_key(id).val(), 8,
                   [&](std::string_view key, std::string_view bytes) {
                       if (const auto box = decode_mailbox(bytes)) {
                           out->mailboxes.push_back(load_mailbox(
                               from, txn.get(), table_key::number(key.substr(8)), *box));
                           out->mailboxes.back()->account = out.get();
                       }
                       return true;
                   });
    return out;
}

std::uint64_t find_account(const database& from, std::string_view name) {
    const txn_ptr txn = from.read();
    const auto found = database::get(txn.get(), from.names, to_val(name));
    return found ? table_key::number(*found) : 0;
}

} // namespace waypost::lmdb
