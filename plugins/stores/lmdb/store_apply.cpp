// SPDX-License-Identifier: Apache-2.0
// Durable records become visible: on the committer after the sync, and at start for the records
// behind the last checkpoint. What a record does depends on the records before it and on nothing
// else.
#include "paths.hpp"
#include "store.hpp"

namespace waypost::lmdb {
namespace {

constexpr std::uint64_t record_overhead = 96; // memory of a record in the tail, roughly

/// What a row counts as unseen or deleted.
bool unseen(std::uint64_t flags) {
    return (flags & WP_FLAG_SEEN) == 0;
}
bool deleted(std::uint64_t flags) {
    return (flags & WP_FLAG_DELETED) != 0;
}

std::uint64_t changed(std::uint64_t flags, flag_change how, std::uint64_t by) {
    const std::uint64_t own = ~flag_gone;
    switch (how) {
    case flag_change::add:
        return flags | (by & own);
    case flag_change::take:
        return flags & ~(by & own);
    case flag_change::set:
        return (flags & flag_gone) | (by & own);
    }
    return flags;
}

template <class Visit>
void each_uid(std::string_view uids, std::uint32_t end, const Visit& visit) {
    uid_runs runs(uids);
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    while (runs.next(first, last) && first < end)
        for (std::uint32_t uid = first; uid <= last && uid < end; ++uid)
            visit(uid);
}

} // namespace

void store::apply(std::uint64_t position, const wp_bytes* records, std::uint64_t count) {
    std::unique_lock lock(mutex_);
    ++epoch_;
    staged_.clear();
    if (position <= applied_)
        return; // in the checkpoint already
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto what = decode_record(waypost::view(records[i]));
        if (!what) {
            fault("a journal record cannot be read", std::to_string(position));
            continue;
        }
        apply_one(*what);
        tail_size_ += records[i].size + record_overhead;
    }
    tail_records_ += count;
    applied_ = position;
    const bool full =
        tail_records_ >= options_.checkpoint_records || tail_size_ >= options_.tail_bytes / 2;
    notify(lock);
    lock.unlock();
    if (!full || !options_.background)
        return;
    if (!running_) { // replaying: nobody else would
        checkpoint();
        return;
    }
    {
        const std::lock_guard wake(wake_mutex_);
        wanted_ = true;
    }
    wake_.notify_one();
}

void store::apply_one(const record& what) {
    if (what.kind == record_kind::account) {
        next_id_ = std::max(next_id_, what.account + 1);
        next_id_given_ = std::max(next_id_given_, next_id_);
        account_state* known = account_by_id(what.account);
        account_state& account = known != nullptr ? *known : make_account(what.text, what.account);
        if (account.exists)
            return;
        account.exists = true;
        return mark(account);
    }
    account_state* account = account_by_id(what.account);
    if (account == nullptr)
        return fault("a record names an unknown account", std::to_string(what.account));
    if (what.kind == record_kind::purge) {
        for (const auto& each : account->mailboxes)
            if (each->visible())
                apply_remove(*each);
        account->purged = true;
        if (const auto name = names_.find(account->name);
            name != names_.end() && name->second == account)
            names_.erase(name);
        return mark(*account);
    }
    mailbox_state* box = account->find(what.mailbox);
    if (what.kind == record_kind::mailbox) {
        next_id_ = std::max(next_id_, what.mailbox + 1);
        next_id_given_ = std::max(next_id_given_, next_id_);
        uid_validity_ = std::max(uid_validity_, what.uid_validity);
        uid_validity_given_ = std::max(uid_validity_given_, uid_validity_);
        if (box == nullptr)
            box = &make_mailbox(*account, what.text, what.mailbox, what.uid_validity);
        if (box->exists)
            return;
        box->exists = true;
        box->path = what.text;
        if (box->path == inbox)
            account->inbox_box = box;
        return mark(*box);
    }
    if (box == nullptr)
        return fault("a record names an unknown mailbox", std::to_string(what.mailbox));
    switch (what.kind) {
    case record_kind::add:
        return apply_add(*box, what);
    case record_kind::flags:
        return apply_flags(*box, what);
    case record_kind::expunge:
        return apply_expunge(*box, what);
    case record_kind::release:
        return apply_release(*box, what);
    case record_kind::remove:
        return apply_remove(*box);
    case record_kind::forget:
        return apply_forget(*box);
    case record_kind::rename:
        if (account->inbox_box == box)
            account->inbox_box = nullptr;
        box->path = what.text;
        if (box->path == inbox)
            account->inbox_box = box;
        return mark(*box);
    default:
        return;
    }
}

void store::apply_add(mailbox_state& to, const record& what) {
    tail_row made;
    static_cast<row&>(made) = what.entry;
    made.prefix = prefixes_.keep(what.entry.prefix);
    tail_size_ += made.prefix.size();
    to.active.put(made);
    to.uid_next = std::max(to.uid_next, made.uid + 1);
    to.uid_given = std::max(to.uid_given, to.uid_next);
    to.modseq = std::max(to.modseq, made.modseq);
    to.modseq_given = std::max(to.modseq_given, to.modseq);
    ++to.messages;
    to.unseen += unseen(made.flags) ? 1 : 0;
    to.deleted += deleted(made.flags) ? 1 : 0;
    to.bytes += made.total();
    to.account->bytes += made.total();
    ++to.account->messages;
    if (!what.key.empty()) {
        keys_.insert(what.key);
        new_keys_.push_back(what.key);
    }
    mark(to);
}

void store::apply_flags(mailbox_state& in, const record& what) {
    std::vector<tail_row> changes;
    each_uid(what.uids, in.uid_next, [&](std::uint32_t uid) {
        const auto old = find_row(in, uid, false);
        if (!old || (old->flags & flag_gone) != 0)
            return;
        tail_row next;
        next.uid = uid;
        next.modseq = what.modseq;
        next.flags = changed(old->flags, what.how, what.flags);
        next.partial = true;
        in.unseen += (unseen(next.flags) ? 1U : 0U) - (unseen(old->flags) ? 1U : 0U);
        in.deleted += (deleted(next.flags) ? 1U : 0U) - (deleted(old->flags) ? 1U : 0U);
        changes.push_back(next);
    });
    tail_size_ += changes.size() * sizeof(tail_row);
    in.active.put(changes);
    in.modseq = std::max(in.modseq, what.modseq);
    in.modseq_given = std::max(in.modseq_given, in.modseq);
    mark(in);
}

void store::apply_expunge(mailbox_state& in, const record& what) {
    std::vector<tail_row> changes;
    const bool had_graves = !in.graves.empty();
    each_uid(what.uids, in.uid_next, [&](std::uint32_t uid) {
        const auto old = find_row(in, uid, false);
        if (!old || (old->flags & flag_gone) != 0)
            return;
        tail_row next;
        next.uid = uid;
        next.modseq = what.modseq;
        next.flags = old->flags | flag_gone;
        next.partial = true;
        in.unseen -= unseen(old->flags) ? 1 : 0;
        in.deleted -= deleted(old->flags) ? 1 : 0;
        --in.messages;
        --in.account->messages;
        in.bytes -= old->total();
        in.account->bytes -= old->total();
        in.graves.push_back({uid, what.modseq, old->message});
        changes.push_back(next);
    });
    tail_size_ += changes.size() * sizeof(tail_row);
    in.active.put(changes);
    in.active.notes.push_back({what.modseq, std::string(what.uids)});
    ++in.notes;
    if (!had_graves && !in.graves.empty())
        with_graves_.push_back(&in);
    in.modseq = std::max(in.modseq, what.modseq);
    in.modseq_given = std::max(in.modseq_given, in.modseq);
    mark(in);
}

void store::apply_release(mailbox_state& in, const record& what) {
    std::vector<tail_row> changes;
    each_uid(what.uids, in.uid_next, [&](std::uint32_t uid) {
        tail_row next;
        next.uid = uid;
        next.dropped = true;
        changes.push_back(next);
    });
    std::erase_if(in.graves, [&](const grave& each) {
        return std::binary_search(changes.begin(), changes.end(), each,
                                  [](const auto& a, const auto& b) { return a.uid < b.uid; });
    });
    if (in.graves.empty())
        std::erase(with_graves_, &in);
    in.active.put(changes);
    mark(in);
}

void store::apply_remove(mailbox_state& mailbox) {
    account_state& account = *mailbox.account;
    mailbox.removed = true;
    mailbox.graves.clear();
    std::erase(with_graves_, &mailbox);
    account.bytes -= mailbox.bytes;
    account.messages -= mailbox.messages;
    if (account.inbox_box == &mailbox)
        account.inbox_box = nullptr;
    ++mailbox.modseq; // tells who has it open
    removed_.emplace(mailbox.id, account.id);
    mark(mailbox);
}

/// The last record of a mailbox: its rows are gone, nobody has it open.
void store::apply_forget(mailbox_state& mailbox) {
    account_state& account = *mailbox.account;
    drop_base(mailbox);
    removed_.erase(mailbox.id);
    forgotten_.emplace_back(account.id, mailbox.id);
    std::erase(dirty_mailboxes_, &mailbox);
    std::erase(changed_, &mailbox);
    std::erase_if(account.mailboxes, [&](const auto& each) { return each.get() == &mailbox; });
    mark(account);
}

void store::mark(mailbox_state& mailbox) {
    if (changed_.empty() || changed_.back() != &mailbox)
        changed_.push_back(&mailbox);
    if (!mailbox.dirty) {
        mailbox.dirty = true;
        dirty_mailboxes_.push_back(&mailbox);
    }
    mark(*mailbox.account);
}

void store::mark(account_state& account) {
    if (account.dirty)
        return;
    account.dirty = true;
    dirty_accounts_.push_back(&account);
}

/// Tells who watches, without the lock: a mailbox that is being told is not closed meanwhile.
void store::notify(std::unique_lock<std::mutex>& lock) {
    std::vector<open_mailbox*> openers;
    for (mailbox_state* box : changed_)
        for (open_mailbox* each : box->openers)
            if (each->watch.changed != nullptr &&
                std::find(openers.begin(), openers.end(), each) == openers.end())
                openers.push_back(each);
    changed_.clear();
    for (open_mailbox* each : openers) {
        if (!open_.contains(each) || each->watch.changed == nullptr)
            continue; // closed meanwhile
        const wp_watch watch = each->watch;
        const std::uint64_t id = each->mailbox->id;
        const std::uint64_t modseq = each->mailbox->modseq;
        each->told = true;
        telling_ = std::this_thread::get_id();
        lock.unlock();
        watch.changed(watch.ctx, id, modseq);
        lock.lock();
        each->told = false;
        telling_ = {};
        told_.notify_all();
    }
}

} // namespace waypost::lmdb
