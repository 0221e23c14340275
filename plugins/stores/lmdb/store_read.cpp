// SPDX-License-Identifier: Apache-2.0
// What readers get: opened mailboxes, shared snapshots, changes since, contents, lists. Any thread;
// the lock is held to copy the tail's few rows, never while LMDB is read for many.
#include "content.hpp"
#include "paths.hpp"
#include "store.hpp"

#include <algorithm>

namespace waypost::lmdb {

result<open_mailbox*> store::open_path(std::string_view account, std::string_view path,
                                       std::uint32_t flags) {
    const std::lock_guard lock(mutex_);
    account_state* in = account_by_name(account);
    mailbox_state* box = in != nullptr ? visible_path(*in, path) : nullptr;
    if (box == nullptr)
        return error{WP_NOT_FOUND, "there is no mailbox " + std::string(path)};
    const bool exclusive = (flags & WP_OPEN_EXCLUSIVE) != 0;
    if (exclusive && box->exclusive)
        return error{WP_BUSY, "the mailbox is in use by another session"};
    auto made = std::make_unique<open_mailbox>();
    made->mailbox = box;
    made->exclusive = exclusive;
    made->read_only = (flags & WP_OPEN_READ_ONLY) != 0;
    box->exclusive = box->exclusive || exclusive;
    box->openers.push_back(made.get());
    open_.insert(made.get());
    return made.release();
}

void store::close(open_mailbox* mailbox) {
    watch(*mailbox, {});
    const std::lock_guard lock(mutex_);
    mailbox_state& box = *mailbox->mailbox;
    if (mailbox->exclusive)
        box.exclusive = false;
    std::erase(box.openers, mailbox);
    open_.erase(mailbox);
    if (box.openers.empty())
        drop_base(box);
    delete mailbox;
}

void store::watch(open_mailbox& mailbox, wp_watch next) {
    std::unique_lock lock(mutex_);
    mailbox.watch = next;
    if (next.changed != nullptr || telling_ == std::this_thread::get_id())
        return;
    told_.wait(lock, [&] { return !mailbox.told; });
}

const wp_snapshot* store::take(open_mailbox& mailbox) {
    mailbox_state& box = *mailbox.mailbox;
    std::unique_lock lock(mutex_);
    if (box.removed)
        return nullptr;
    if (box.base != nullptr && box.base->modseq == box.modseq) {
        box.base->ref();
        return box.base;
    }
    snapshot_builder builder(box);
    const std::vector<tail_row> frozen = box.frozen.rows;
    const std::vector<tail_row> active = box.active.rows;
    snapshot_view* base = box.base;
    txn_ptr txn;
    if (base != nullptr)
        base->ref();
    else
        txn = data_->read(); // under the lock: the tail belongs to exactly this state
    lock.unlock();
    if (txn)
        builder.rows_from(*data_, txn.get());
    snapshot_view* made = builder.build(base, {&frozen, &active}).release();
    lock.lock();
    if (base != nullptr && base->unref())
        destroy(base);
    box.live.push_back(made);
    if (box.base == nullptr || box.base->modseq < made->modseq) {
        drop_base(box);
        made->ref();
        box.base = made;
    }
    return made;
}

void store::release(const wp_snapshot* snapshot) {
    snapshot_view* view = snapshot_view::of(snapshot);
    if (!view->unref())
        return;
    const std::lock_guard lock(mutex_);
    destroy(view);
}

void store::drop_base(mailbox_state& mailbox) {
    snapshot_view* base = std::exchange(mailbox.base, nullptr);
    if (base != nullptr && base->unref())
        destroy(base);
}

void store::destroy(snapshot_view* view) {
    std::erase(view->mailbox->live, view);
    delete view;
}

result<wp_content*> store::content(const wp_snapshot& of, std::uint64_t index) {
    if (index >= of.count)
        return error{WP_INVALID, "the snapshot has no message of that number"};
    const mailbox_state& box = *snapshot_view::of(&of)->mailbox;
    const std::uint32_t uid = of.uids[index];
    std::string prefix;
    txn_ptr txn;
    {
        const std::lock_guard lock(mutex_);
        const tail_row* full = nullptr;
        for (const tail_layer* layer : {&box.frozen, &box.active})
            if (const tail_row* found = layer->find(uid); found != nullptr && !found->partial)
                full = found;
        if (full != nullptr)
            prefix = full->prefix;
        else
            txn = data_->read();
    }
    if (txn) {
        const auto found =
            database::get(txn.get(), data_->rows, table_key::small(box.id, uid).val());
        const auto entry = found ? decode_row(uid, *found) : std::nullopt;
        if (!entry)
            return error{WP_NOT_FOUND, "the message is gone"};
        prefix = entry->prefix;
    }
    txn.reset();
    wp_content* base = nullptr;
    wp_error why{};
    why.struct_size = sizeof why;
    if (const wp_status status = messages_->open(host_, of.messages[index], &base, &why);
        status != WP_OK)
        return error{status, "the message's bytes cannot be read"};
    return prefix.empty() ? base : prefixed_content::make(std::move(prefix), base);
}

wp_status store::since(open_mailbox& mailbox, std::uint64_t modseq, std::uint32_t* changed,
                       std::uint64_t* changed_count, std::uint32_t* vanished,
                       std::uint64_t* vanished_count) {
    const wp_snapshot* now = take(mailbox);
    if (now == nullptr)
        return WP_NOT_FOUND;
    std::vector<std::uint32_t> gone;
    bool forgotten = false;
    const auto collect = [&](std::uint64_t when, std::string_view set) {
        if (when <= modseq || when > now->modseq)
            return;
        uid_runs runs(set);
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        while (runs.next(first, last))
            for (std::uint64_t uid = first; uid <= last; ++uid)
                gone.push_back(static_cast<std::uint32_t>(uid));
    };
    const mailbox_state& box = *mailbox.mailbox;
    txn_ptr txn;
    if (modseq != 0) {
        const std::lock_guard lock(mutex_);
        txn = data_->read();
        for (const tail_layer* layer : {&box.frozen, &box.active})
            for (const expunge_note& note : layer->notes)
                collect(note.modseq, note.uids);
    }
    if (txn) {
        const auto floor = database::get(txn.get(), data_->notes, table_key::wide(box.id, 0).val());
        forgotten = floor && modseq < table_key::number(*floor);
        database::each(txn.get(), data_->notes, table_key::wide(box.id, modseq + 1).val(), 8,
                       [&](std::string_view key, std::string_view set) {
                           collect(table_key::number(key.substr(8)), set);
                           return true;
                       });
    }
    std::sort(gone.begin(), gone.end());
    gone.erase(std::unique(gone.begin(), gone.end()),
               gone.end()); // a note may be in LMDB and in the tail

    std::uint64_t found = 0;
    for (std::uint64_t i = 0; i < now->count; ++i) {
        if (now->modseqs[i] <= modseq)
            continue;
        if (found < *changed_count && changed != nullptr)
            changed[found] = now->uids[i];
        ++found;
    }
    for (std::uint64_t i = 0; i < gone.size() && i < *vanished_count && vanished != nullptr; ++i)
        vanished[i] = gone[i];
    *changed_count = found;
    *vanished_count = gone.size();
    release(now);
    return forgotten ? WP_UNSUPPORTED : WP_OK;
}

void store::usage(std::string_view account, std::uint64_t& bytes, std::uint64_t& messages) {
    const std::lock_guard lock(mutex_);
    const account_state* in = account_by_name(account);
    bytes = in != nullptr && in->exists ? in->bytes : 0;
    messages = in != nullptr && in->exists ? in->messages : 0;
}

} // namespace waypost::lmdb
