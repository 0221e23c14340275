// SPDX-License-Identifier: Apache-2.0
// The checkpoint: the tail goes into LMDB in one transaction together with the log position it
// belongs to. The tail is frozen under the lock and written without it; the committer goes on into
// a new one. When the write fails, the frozen tail stays and is written again.
#include "crash.hpp"
#include "store.hpp"

#include <algorithm>
#include <cstring>

namespace waypost::lmdb {

bool store::checkpoint() {
    if (frozen_.head.position == 0 && !freeze())
        return false;
    crash_point("store.checkpoint.before-write");
    txn_ptr txn = data_->write();
    write_frozen(txn.get());
    crash_point("store.checkpoint.before-commit");
    database::commit(std::move(txn));
    crash_point("store.checkpoint.after-commit");
    const std::uint64_t position = frozen_.head.position;
    thaw();
    durable_ = position;
    journal_->checkpointed(host_, position);
    return true;
}

bool store::freeze() {
    const std::lock_guard lock(mutex_);
    if (applied_ == durable_.load())
        return false;
    const auto value_of = [&](const auto& value, auto encoder) {
        const std::size_t at = frozen_.values.size();
        encoder(value, frozen_.values);
        return std::pair{at, frozen_.values.size() - at};
    };
    for (mailbox_state* box : dirty_mailboxes_) {
        box->dirty = false;
        std::swap(box->frozen, box->active);
        const bool prune = box->notes > 2 * options_.expunge_notes;
        if (prune)
            box->notes = options_.expunge_notes;
        const auto [at, size] = value_of(
            mailbox_value{box->uid_validity, box->uid_next, box->modseq, box->messages, box->unseen,
                          box->deleted, box->bytes, box->notes, box->removed, box->path},
            encode_mailbox);
        frozen_.mailboxes.push_back(
            {box, box->account->id, box->id, at, size, prune, box->removed});
    }
    for (account_state* account : dirty_accounts_) {
        account->dirty = false;
        const auto [at, size] = value_of(
            account_value{account->bytes, account->messages, account->purged, account->name},
            encode_account);
        const bool gone = account->purged && account->mailboxes.empty();
        frozen_.accounts.push_back({account->id, at, size, account->name, account->purged, gone});
        if (gone)
            accounts_.erase(account->id);
    }
    dirty_mailboxes_.clear();
    dirty_accounts_.clear();
    frozen_.forgotten.swap(forgotten_);
    frozen_.keys.swap(new_keys_);
    std::swap(frozen_.prefixes, prefixes_);
    frozen_.head = {applied_, next_id_, uid_validity_};
    frozen_size_ = std::exchange(tail_size_, 0);
    tail_records_ = 0;
    return true;
}

void store::write_frozen(MDB_txn* txn) {
    // In key order: neighbours share pages.
    std::sort(frozen_.mailboxes.begin(), frozen_.mailboxes.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    for (const frozen_account& item : frozen_.accounts)
        write_account(txn, item);
    for (const frozen_mailbox& item : frozen_.mailboxes) {
        database::put(txn, data_->mailboxes, table_key::wide(item.account, item.id).val(),
                      std::string_view(frozen_.values).substr(item.value_at, item.value_size));
        if (item.removed) {
            table_key account(item.account);
            database::put(txn, data_->removed, table_key(item.id).val(),
                          waypost::lmdb::view(account.val()));
        }
        write_rows(txn, item);
        write_notes(txn, item);
    }
    for (const auto& [account, mailbox] : frozen_.forgotten)
        forget_mailbox(txn, account, mailbox);
    write_keys(txn);
    std::string head;
    encode_store(frozen_.head, head);
    database::put(txn, data_->meta, to_val("store"), head);
}

void store::write_account(MDB_txn* txn, const frozen_account& item) {
    table_key id(item.id);
    const std::string_view number = waypost::lmdb::view(id.val());
    const auto named = database::get(txn, data_->names, to_val(item.name));
    if (item.purged) { // the name may belong to a new account by now
        if (named && *named == number)
            database::drop(txn, data_->names, to_val(item.name));
    } else if (!named || *named != number) {
        database::put(txn, data_->names, to_val(item.name), number);
    }
    if (item.gone)
        database::drop(txn, data_->accounts, id.val());
    else
        database::put(txn, data_->accounts, id.val(),
                      std::string_view(frozen_.values).substr(item.value_at, item.value_size));
}

void store::write_rows(MDB_txn* txn, const frozen_mailbox& item) {
    std::string value;
    table_key account(item.account);
    for (const tail_row& each : item.mailbox->frozen.rows) {
        table_key key = table_key::small(item.id, each.uid);
        if (each.dropped) {
            database::drop(txn, data_->rows, key.val());
            database::drop(txn, data_->graves, key.val());
            continue;
        }
        value.clear();
        encode_row(each, value);
        if (each.partial) {
            const auto old = database::get(txn, data_->rows, key.val());
            if (!old || old->size() < row_head_size)
                continue;
            value.resize(row_head_size);
            value.append(old->substr(row_head_size));
        }
        database::put(txn, data_->rows, key.val(), value);
        if ((each.flags & flag_gone) != 0)
            database::put(txn, data_->graves, key.val(), waypost::lmdb::view(account.val()));
    }
}

/// Notes for `since`: the newest stay; what was forgotten last is remembered under 0.
void store::write_notes(MDB_txn* txn, const frozen_mailbox& item) {
    for (const expunge_note& note : item.mailbox->frozen.notes)
        database::put(txn, data_->notes, table_key::wide(item.id, note.modseq).val(), note.uids);
    if (!item.prune)
        return;
    std::vector<std::uint64_t> all;
    database::each(txn, data_->notes, table_key::wide(item.id, 1).val(), 8,
                   [&](std::string_view key, std::string_view) {
                       all.push_back(table_key::number(key.substr(8)));
                       return true;
                   });
    if (all.size() <= options_.expunge_notes)
        return;
    const std::size_t old = all.size() - options_.expunge_notes;
    for (std::size_t i = 0; i < old; ++i)
        database::drop(txn, data_->notes, table_key::wide(item.id, all[i]).val());
    table_key floor(all[old - 1]);
    database::put(txn, data_->notes, table_key::wide(item.id, 0).val(),
                  waypost::lmdb::view(floor.val()));
}

void store::forget_mailbox(MDB_txn* txn, std::uint64_t account, std::uint64_t mailbox) {
    for (const MDB_dbi table : {data_->rows, data_->graves, data_->notes}) {
        std::vector<std::string> keys;
        database::each(txn, table, table_key(mailbox).val(), 8,
                       [&](std::string_view key, std::string_view) {
                           keys.emplace_back(key);
                           return true;
                       });
        for (const std::string& key : keys)
            database::drop(txn, table, to_val(key));
    }
    database::drop(txn, data_->mailboxes, table_key::wide(account, mailbox).val());
    database::drop(txn, data_->removed, table_key(mailbox).val());
}

/// One block a checkpoint; blocks outside the window go.
void store::write_keys(MDB_txn* txn) {
    if (frozen_.keys.empty())
        return;
    std::string block;
    block.reserve(frozen_.keys.size() * 16);
    for (const delivery_key& each : frozen_.keys) {
        table_key both = table_key::wide(each.job, each.recipient);
        block.append(waypost::lmdb::view(both.val()));
    }
    database::put(txn, data_->keys, table_key(frozen_.head.position).val(), block);
    std::vector<std::pair<std::uint64_t, std::size_t>> blocks;
    std::size_t total = 0;
    database::each(txn, data_->keys, MDB_val{}, 0,
                   [&](std::string_view key, std::string_view value) {
                       blocks.emplace_back(table_key::number(key), value.size() / 16);
                       total += value.size() / 16;
                       return true;
                   });
    for (const auto& [position, count] : blocks) {
        if (total - count < keys_.window())
            break;
        database::drop(txn, data_->keys, table_key(position).val());
        total -= count;
    }
}

/// A snapshot that is older than what leaves the tail is brought forward first: a mailbox with a
/// base is the base plus the tail, and LMDB is not asked.
void store::advance_base(mailbox_state& mailbox) {
    std::unique_lock lock(mutex_);
    snapshot_view* base = mailbox.base;
    if (base == nullptr || base->modseq == mailbox.modseq)
        return;
    base->ref();
    snapshot_builder builder(mailbox);
    const std::vector<tail_row> active = mailbox.active.rows;
    lock.unlock();
    snapshot_view* made = builder.build(base, {&mailbox.frozen.rows, &active}).release();
    lock.lock();
    if (base->unref())
        destroy(base);
    mailbox.live.push_back(made);
    if (mailbox.base == nullptr || mailbox.base->modseq >= made->modseq) {
        if (made->unref())
            destroy(made);
        return;
    }
    drop_base(mailbox);
    mailbox.base = made;
}

void store::thaw() {
    for (const frozen_mailbox& item : frozen_.mailboxes)
        advance_base(*item.mailbox);
    const std::lock_guard lock(mutex_);
    for (const frozen_mailbox& item : frozen_.mailboxes)
        item.mailbox->frozen.clear();
    frozen_.mailboxes.clear();
    frozen_.accounts.clear();
    frozen_.forgotten.clear();
    frozen_.keys.clear();
    frozen_.values.clear();
    frozen_.prefixes.clear();
    frozen_.head = {};
    frozen_size_ = 0;
    evict();
}

} // namespace waypost::lmdb
