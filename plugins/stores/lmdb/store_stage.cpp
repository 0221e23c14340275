// SPDX-License-Identifier: Apache-2.0
// Deliveries, deciding half: on the committer, within the group that makes the message durable.
// Nothing here is seen by readers, and nothing is undone when the group fails: numbers given stay
// given, and a mailbox that is not applied yet has its creation repeated in each group that needs
// it.
#include "paths.hpp"
#include "store.hpp"

#include <waypost/errors.hpp>

namespace waypost::lmdb {
namespace {

std::string octets(std::int64_t value) {
    return std::to_string(value);
}

} // namespace

void store::stage(wp_group* group, const wp_delivery* deliveries, std::uint64_t count,
                  wp_error* results) {
    const std::lock_guard lock(mutex_);
    staged_keys_.clear();
    std::uint64_t message = 0;
    std::int64_t references = 0;
    const auto refer = [&] { // one reference record for all recipients of a message
        if (references != 0)
            journal_->refer(host_, group, message, references);
        references = 0;
    };
    for (std::uint64_t i = 0; i < count; ++i) {
        const wp_delivery& each = element(deliveries, i);
        bool made = false;
        results[i].status =
            guard(&results[i], [&] { return stage_one(group, each, results[i], made); });
        if (!made)
            continue;
        if (each.message != message)
            refer();
        message = each.message;
        ++references;
    }
    refer();
}

wp_status store::stage_one(wp_group* group, const wp_delivery& delivery, wp_error& result,
                           bool& made) {
    if (tail_size_ + frozen_size_ > options_.tail_bytes)
        return fill_error(
            &result, {WP_TEMPFAIL, 451, 4, 3, 1, "the mail store is behind: its disk is too slow"});
    const std::string_view name = waypost::view(delivery.account);
    if (name.empty() || name.size() > account_limit)
        return fill_error(
            &result, {WP_PERMFAIL, 550, 5, 1, 1, "the name of the account is empty or too long"});
    const delivery_key key{delivery.key[0], delivery.key[1]};
    if (!key.empty() && (keys_.contains(key) || std::find(staged_keys_.begin(), staged_keys_.end(),
                                                          key) != staged_keys_.end()))
        return WP_OK; // delivered before

    account_state& account = account_for(name);
    if (account.purged_epoch == epoch_)
        return fill_error(&result, {WP_TEMPFAIL, 451, 4, 2, 1, "the account is being removed"});
    const bool counted = account.staged_epoch == epoch_;
    const std::uint64_t bytes =
        account.bytes + (counted ? account.staged_bytes : 0) + delivery.size + delivery.prefix.size;
    const std::uint64_t messages = account.messages + (counted ? account.staged_messages : 0) + 1;
    if (delivery.quota_bytes >= 0 && bytes > static_cast<std::uint64_t>(delivery.quota_bytes))
        return fill_error(
            &result, {WP_OVERQUOTA, 452, 4, 2, 2,
                      "mailbox full: the quota is " + octets(delivery.quota_bytes) + " octets"});
    if (delivery.quota_messages >= 0 &&
        messages > static_cast<std::uint64_t>(delivery.quota_messages))
        return fill_error(&result, {WP_OVERQUOTA, 452, 4, 2, 2,
                                    "mailbox full: the quota is " +
                                        octets(delivery.quota_messages) + " messages"});

    // A folder that does not exist is no reason to refuse mail: it goes to the inbox.
    const std::string_view wanted = waypost::view(delivery.mailbox);
    mailbox_state* to = wanted.empty() || wanted == inbox ? nullptr : staged_path(account, wanted);
    if (to == nullptr)
        to = &inbox_for(account);
    if (to->uid_given == UINT32_MAX)
        return fill_error(&result,
                          {WP_TEMPFAIL, 452, 4, 2, 2,
                           "the mailbox has used up its UIDs: move its mail to a new one"});
    if (const wp_status done = put_creation(group, *to); done != WP_OK)
        return done;

    record what;
    what.kind = record_kind::add;
    what.account = account.id;
    what.mailbox = to->id;
    what.key = key;
    what.entry = {
        to->uid_given, to->modseq_given + 1,      delivery.flags & ~flag_gone,   delivery.message,
        delivery.size, delivery.internal_date_ns, waypost::view(delivery.prefix)};
    if (const wp_status done = put(group, account, what); done != WP_OK)
        return done;
    ++to->uid_given;
    ++to->modseq_given;
    count_staged(account, what.entry.total(), 1);
    if (!key.empty())
        staged_keys_.push_back(key);
    made = true;
    return WP_OK;
}

account_state& store::account_for(std::string_view name) {
    if (account_state* known = account_by_name(name))
        return *known;
    return make_account(name, next_id_given_++);
}

mailbox_state& store::inbox_for(account_state& account) {
    mailbox_state* box = account.inbox_box;
    if (box != nullptr && box->path_epoch != epoch_ && box->removed_epoch != epoch_)
        return *box;
    if (mailbox_state* staged = staged_path(account, inbox))
        return *staged;
    return stage_mailbox(account, inbox);
}

mailbox_state& store::stage_mailbox(account_state& account, std::string_view path) {
    mailbox_state* made = nullptr;
    for (const auto& each : account.mailboxes) // left by a group that was abandoned
        if (!each->exists && each->path_epoch != epoch_ && each->path == path)
            made = each.get();
    if (made == nullptr) {
        uid_validity_given_ = std::max(uid_validity_given_ + 1, options_.seconds_now());
        made = &make_mailbox(account, path, next_id_given_++, uid_validity_given_);
    }
    made->path_epoch = epoch_;
    made->staged_path = path;
    return *made;
}

wp_status store::put_creation(wp_group* group, mailbox_state& mailbox) {
    account_state& account = *mailbox.account;
    record what;
    what.account = account.id;
    what.mailbox = mailbox.id;
    if (!account.exists) {
        what.kind = record_kind::account;
        what.text = account.name;
        if (const wp_status done = put(group, account, what); done != WP_OK)
            return done;
    }
    if (mailbox.exists)
        return WP_OK;
    what.kind = record_kind::mailbox;
    what.uid_validity = mailbox.uid_validity;
    what.text = path_of(mailbox);
    return put(group, account, what);
}

wp_status store::put(wp_group* group, account_state& account, const record& what) {
    count_staged(account, 0, 0);
    buffer_.clear();
    encode(what, buffer_);
    return journal_->put(host_, group, to_bytes(buffer_));
}

void store::count_staged(account_state& account, std::uint64_t bytes, std::uint64_t messages) {
    if (account.staged_epoch != epoch_) {
        account.staged_epoch = epoch_;
        account.staged_bytes = account.staged_messages = 0;
    }
    account.staged_bytes += bytes;
    account.staged_messages += messages;
}

bool store::staged_gone(const mailbox_state& in, std::uint32_t uid) const {
    return staged_modseq(in, uid, 1) == 0;
}

std::uint64_t store::staged_modseq(const mailbox_state& in, std::uint32_t uid,
                                   std::uint64_t applied) const {
    const auto found = staged_.find(in.id);
    if (found == staged_.end())
        return applied;
    for (auto at = found->second.rbegin(); at != found->second.rend(); ++at)
        if (at->uid == uid)
            return at->modseq;
    return applied;
}

void store::abandon() {
    const std::lock_guard lock(mutex_);
    ++epoch_;
    staged_.clear();
}

} // namespace waypost::lmdb
