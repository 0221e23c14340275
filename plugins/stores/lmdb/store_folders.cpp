// SPDX-License-Identifier: Apache-2.0
// Creating, removing and renaming mailboxes, and forgetting accounts; deciding half, on the
// committer.
#include "paths.hpp"
#include "store.hpp"

namespace waypost::lmdb {
namespace {

constexpr std::size_t mailbox_limit = 10'000; // of one account

error refused() {
    return {WP_TEMPFAIL, "the message log took no record"};
}
error no_mailbox(const std::string& path) {
    return {WP_NOT_FOUND, "there is no mailbox " + path};
}

record about(const mailbox_state& mailbox, record_kind kind, std::string_view text = {}) {
    record out;
    out.kind = kind;
    out.account = mailbox.account->id;
    out.mailbox = mailbox.id;
    out.text = text;
    return out;
}

} // namespace

result<void> store::prepare_create(wp_group* group, std::string_view account,
                                   const std::string& path, bool must_be_new) {
    const std::lock_guard lock(mutex_);
    if (account.empty() || account.size() > account_limit)
        return error{WP_INVALID, "the name of the account is empty or too long"};
    account_state& in = account_for(account);
    if (in.purged_epoch == epoch_)
        return error{WP_TEMPFAIL, "the account is being removed"};
    if (staged_path(in, path) != nullptr)
        return must_be_new ? result<void>(error{WP_EXISTS, "the mailbox " + path + " exists"})
                           : result<void>();
    if (in.mailboxes.size() >= mailbox_limit)
        return error{WP_OVERQUOTA, "the account has as many mailboxes as are allowed: " +
                                       std::to_string(mailbox_limit)};
    if (put_creation(group, stage_mailbox(in, path)) != WP_OK)
        return refused();
    return {};
}

result<void> store::prepare_remove(wp_group* group, std::string_view account,
                                   const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (path == inbox)
        return error{WP_DENIED, "the inbox cannot be removed"};
    account_state* in = account_by_name(account);
    mailbox_state* box = in != nullptr ? staged_path(*in, path) : nullptr;
    if (box == nullptr)
        return no_mailbox(path);
    if (put(group, *in, about(*box, record_kind::remove)) != WP_OK)
        return refused();
    box->removed_epoch = epoch_;
    return {};
}

/// RFC 9051 s6.3.6: what is below moves along; INBOX leaves an empty INBOX behind, and what is
/// below it stays.
result<void> store::prepare_rename(wp_group* group, std::string_view account,
                                   const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    account_state* in = account_by_name(account);
    mailbox_state* box = in != nullptr ? staged_path(*in, from) : nullptr;
    if (box == nullptr)
        return no_mailbox(from);
    if (staged_path(*in, to) != nullptr)
        return error{WP_EXISTS, "the mailbox " + to + " exists"};
    if (is_below(to, from) && from != inbox)
        return error{WP_INVALID, "a mailbox cannot move below itself"};
    std::vector<std::pair<mailbox_state*, std::string>> moves{{box, to}};
    for (const auto& each : in->mailboxes) {
        const std::string& path = path_of(*each);
        if (from == inbox || !is_below(path, from) || staged_path(*in, path) != each.get())
            continue;
        moves.emplace_back(each.get(), to + path.substr(from.size()));
        if (moves.back().second.size() > path_limit)
            return error{WP_INVALID, "a name below would become too long"};
        if (staged_path(*in, moves.back().second) != nullptr)
            return error{WP_EXISTS, "the mailbox " + moves.back().second + " exists"};
    }
    for (auto& [each, path] : moves)
        if (put(group, *in, about(*each, record_kind::rename, path)) != WP_OK)
            return refused();
    for (auto& [each, path] : moves) {
        each->path_epoch = epoch_;
        each->staged_path = path;
    }
    if (from == inbox && put_creation(group, stage_mailbox(*in, inbox)) != WP_OK)
        return refused();
    return {};
}

result<void> store::prepare_purge(wp_group* group, std::string_view account) {
    const std::lock_guard lock(mutex_);
    account_state* in = account_by_name(account);
    if (in == nullptr || !in->exists || in->purged_epoch == epoch_)
        return error{WP_NOT_FOUND, "there is no account " + std::string(account)};
    record what;
    what.kind = record_kind::purge;
    what.account = in->id;
    if (put(group, *in, what) != WP_OK)
        return refused();
    in->purged_epoch = epoch_;
    for (const auto& each : in->mailboxes)
        each->removed_epoch = epoch_;
    return {};
}

} // namespace waypost::lmdb
