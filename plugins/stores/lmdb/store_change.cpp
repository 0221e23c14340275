// SPDX-License-Identifier: Apache-2.0
// Changes that clients make, deciding half: on the committer. Each sees what the operations before
// it in the same group staged: a message expunged twice in one group gives its reference back once.
#include "paths.hpp"
#include "store.hpp"

#include <algorithm>

namespace waypost::lmdb {
namespace {

error missing() {
    return {WP_NOT_FOUND, "the mailbox was removed"};
}
error refused() {
    return {WP_TEMPFAIL, "the message log took no record"};
}

void tell(wp_change_result& result, std::uint32_t uid, std::uint32_t target) {
    if (result.count >= result.capacity)
        return;
    if (result.uids != nullptr)
        result.uids[result.count] = uid;
    if (result.target_uids != nullptr)
        result.target_uids[result.count] = target;
    ++result.count;
}

void tell_modified(wp_change_result& result, std::uint32_t uid) {
    if (result.modified_count >= result.capacity || result.modified == nullptr)
        return;
    result.modified[result.modified_count++] = uid;
}

std::vector<std::uint32_t> sorted(const wp_change& change) {
    std::vector<std::uint32_t> uids(change.uids, change.uids + change.uid_count);
    std::sort(uids.begin(), uids.end());
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    return uids;
}

} // namespace

void store::read_sources(change_request& request) {
    mailbox_state& from = *request.mailbox->mailbox;
    std::unique_lock lock(mutex_);
    const txn_ptr txn = data_->read();
    const std::vector<std::uint32_t> uids = sorted(*request.change);
    request.sources.reserve(uids.size());
    for (const std::uint32_t uid : uids) {
        const auto found = find_row(from, uid, true, txn.get());
        if (!found || (found->flags & flag_gone) != 0)
            continue;
        source_row made;
        static_cast<row&>(made) = *found;
        made.prefix_bytes = found->prefix;
        request.sources.push_back(std::move(made));
        request.sources.back().prefix = {};
    }
}

result<void> store::prepare_change(wp_group* group, change_request& request) {
    const std::lock_guard lock(mutex_);
    const mailbox_state& in = *request.mailbox->mailbox;
    wp_change_result& outcome = *request.result;
    outcome.count = outcome.modified_count = 0;
    outcome.target_uid_validity = 0;
    if (request.mailbox->read_only)
        return error{WP_DENIED, "the mailbox was opened read-only"};
    if (!in.visible() || in.removed_epoch == epoch_)
        return missing();
    if (tail_size_ + frozen_size_ > options_.tail_bytes)
        return error{WP_TEMPFAIL, "the mail store is behind: its disk is too slow"};
    outcome.modseq = in.modseq_given;
    switch (request.change->kind) {
    case WP_CHANGE_FLAGS_ADD:
    case WP_CHANGE_FLAGS_REMOVE:
    case WP_CHANGE_FLAGS_SET:
        return change_flags(group, request);
    case WP_CHANGE_EXPUNGE:
        return expunge(group, request);
    case WP_CHANGE_COPY:
        return copy(group, request, false);
    case WP_CHANGE_MOVE:
        return copy(group, request, true);
    case WP_CHANGE_APPEND:
        return append(group, request);
    default:
        return error{WP_UNSUPPORTED, "the mail store does not know this kind of change"};
    }
}

/// The messages of the request that are there, and pass UNCHANGEDSINCE (RFC 7162 s3.1.3).
store::selection store::select(change_request& request) {
    const wp_change& change = *request.change;
    const mailbox_state& in = *request.mailbox->mailbox;
    selection out;
    for (const std::uint32_t uid : sorted(change)) {
        const auto found = find_row(in, uid, false);
        if (!found || (found->flags & flag_gone) != 0 || staged_gone(in, uid))
            continue;
        row each = *found;
        each.modseq = staged_modseq(in, uid, found->modseq);
        if (change.unchanged_since != 0 && each.modseq > change.unchanged_since) {
            tell_modified(*request.result, uid);
            continue;
        }
        out.uids.push_back(uid);
        out.rows.push_back(each);
    }
    return out;
}

result<void> store::change_flags(wp_group* group, change_request& request) {
    const wp_change& change = *request.change;
    mailbox_state& in = *request.mailbox->mailbox;
    const selection chosen = select(request);
    std::vector<std::uint32_t> uids;
    for (std::size_t i = 0; i < chosen.uids.size(); ++i) {
        const row& old = chosen.rows[i];
        const bool nothing =
            change.kind == WP_CHANGE_FLAGS_ADD      ? (old.flags & change.flags) == change.flags
            : change.kind == WP_CHANGE_FLAGS_REMOVE ? (old.flags & change.flags) == 0
                                                    : old.flags == change.flags;
        // Flags staged in this group are not known here: then write, it does no harm.
        if (!nothing || staged_modseq(in, old.uid, 0) != 0)
            uids.push_back(old.uid);
    }
    if (uids.empty())
        return {};
    record what;
    what.kind = record_kind::flags;
    what.account = in.account->id;
    what.mailbox = in.id;
    what.modseq = in.modseq_given + 1;
    what.how = change.kind == WP_CHANGE_FLAGS_ADD      ? flag_change::add
               : change.kind == WP_CHANGE_FLAGS_REMOVE ? flag_change::take
                                                       : flag_change::set;
    what.flags = change.flags & ~flag_gone;
    std::string set;
    encode_uids(uids, set);
    what.uids = set;
    if (put(group, *in.account, what) != WP_OK)
        return refused();
    request.result->modseq = in.modseq_given = what.modseq;
    auto& staged = staged_[in.id];
    for (const std::uint32_t uid : uids) {
        staged.push_back({in.id, uid, what.modseq});
        tell(*request.result, uid, 0);
    }
    return {};
}

result<void> store::expunge(wp_group* group, change_request& request) {
    mailbox_state& in = *request.mailbox->mailbox;
    const selection chosen = select(request);
    if (chosen.uids.empty())
        return {};
    record what;
    what.kind = record_kind::expunge;
    what.account = in.account->id;
    what.mailbox = in.id;
    what.modseq = in.modseq_given + 1;
    std::string set;
    encode_uids(chosen.uids, set);
    what.uids = set;
    if (put(group, *in.account, what) != WP_OK)
        return refused();
    request.result->modseq = in.modseq_given = what.modseq;
    auto& staged = staged_[in.id];
    for (const std::uint32_t uid : chosen.uids) {
        staged.push_back({in.id, uid, 0});
        tell(*request.result, uid, 0);
    }
    return {};
}

result<void> store::copy(wp_group* group, change_request& request, bool move) {
    mailbox_state& from = *request.mailbox->mailbox;
    account_state& account = *from.account;
    mailbox_state* to = staged_path(account, request.target);
    if (to == nullptr && request.target == inbox)
        to = &inbox_for(account); // no mail has come yet
    if (to == nullptr)
        return error{WP_NOT_FOUND, "there is no mailbox " + request.target};
    if (put_creation(group, *to) != WP_OK)
        return refused();
    std::vector<std::uint32_t> uids;
    std::vector<std::uint32_t> targets;
    record what;
    what.kind = record_kind::add;
    what.account = account.id;
    what.mailbox = to->id;
    const std::uint64_t modseq = to->modseq_given + 1;
    std::uint32_t next = to->uid_given;
    std::uint64_t bytes = 0;
    for (const source_row& each : request.sources) {
        const auto now = find_row(from, each.uid, false);
        if (!now || (now->flags & flag_gone) != 0 || staged_gone(from, each.uid))
            continue;
        what.entry = {next++,    modseq,       now->flags,       each.message,
                      each.size, each.date_ns, each.prefix_bytes};
        if (put(group, account, what) != WP_OK ||
            journal_->refer(host_, group, each.message, 1) != WP_OK)
            return refused();
        uids.push_back(each.uid);
        targets.push_back(what.entry.uid);
        bytes += what.entry.total();
    }
    if (uids.empty())
        return {};
    std::string set;
    if (move) {
        what.kind = record_kind::expunge;
        what.mailbox = from.id;
        what.modseq = std::max(from.modseq_given, to == &from ? modseq : 0) + 1;
        encode_uids(uids, set);
        what.uids = set;
        if (put(group, account, what) != WP_OK)
            return refused();
        auto& staged = staged_[from.id];
        for (const std::uint32_t uid : uids)
            staged.push_back({from.id, uid, 0});
    }
    to->uid_given = next;
    to->modseq_given = modseq;
    if (move)
        request.result->modseq = from.modseq_given = what.modseq;
    count_staged(account, move ? 0 : bytes, move ? 0 : uids.size());
    request.result->target_uid_validity = to->uid_validity;
    for (std::size_t i = 0; i < uids.size(); ++i)
        tell(*request.result, uids[i], targets[i]);
    return {};
}

result<void> store::append(wp_group* group, change_request& request) {
    mailbox_state& to = *request.mailbox->mailbox;
    record what;
    what.kind = record_kind::add;
    what.account = to.account->id;
    what.mailbox = to.id;
    std::uint64_t message = 0;
    if (journal_->message(host_, group, {}, request.pieces.data(), request.pieces.size(),
                          &message) != WP_OK ||
        journal_->refer(host_, group, message, 1) != WP_OK)
        return refused();
    what.entry = {to.uid_given,
                  to.modseq_given + 1,
                  request.change->flags & ~flag_gone,
                  message,
                  request.change->content->size,
                  request.change->internal_date_ns,
                  {}};
    if (put(group, *to.account, what) != WP_OK)
        return refused();
    ++to.uid_given;
    request.result->modseq = ++to.modseq_given;
    request.result->target_uid_validity = to.uid_validity;
    count_staged(*to.account, what.entry.size, 1);
    tell(*request.result, what.entry.uid, what.entry.uid);
    return {};
}

} // namespace waypost::lmdb
