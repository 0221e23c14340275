// SPDX-License-Identifier: Apache-2.0
// Giving back: an expunged message keeps its row and its reference while a snapshot from before is
// held, and a removed mailbox while somebody has it open. Then one operation drops the rows and the
// references. What is pending survives a crash, because the expunge is a state of the row.
#include "store.hpp"

#include <algorithm>
#include <map>

namespace waypost::lmdb {
namespace {

constexpr std::size_t batch_rows = 10'000;

/// The oldest modification sequence a reader may still look at; a base that only the cache holds
/// counts not.
std::uint64_t oldest_held(const mailbox_state& box) {
    std::uint64_t out = UINT64_MAX;
    for (const snapshot_view* view : box.live)
        if (view->references() > (view == box.base ? 1U : 0U))
            out = std::min(out, view->modseq);
    return out;
}

} // namespace

/// One release operation; lives until its completion.
struct store::release_batch {
    struct part {
        std::uint64_t account;
        std::uint64_t mailbox;
        std::vector<std::uint32_t> uids;
        bool forget; // nothing is left of a removed mailbox
    };
    store* owner;
    std::vector<part> parts;
    std::map<std::uint64_t, std::int64_t> references; // message -> given back
    std::size_t rows = 0;

    static wp_status prepare(void* ctx, wp_group* group, wp_error*) {
        return static_cast<release_batch*>(ctx)->put(group);
    }
    static void done(void* ctx, wp_status, const wp_error*) {
        const std::unique_ptr<release_batch> self(static_cast<release_batch*>(ctx));
        self->owner->releasing_ = false; // refused: the next sweep finds the same
        self->owner->releasing_.notify_all();
    }

    wp_status put(wp_group* group) {
        const std::lock_guard lock(owner->mutex_);
        for (const part& each : parts) {
            account_state* account = owner->account_by_id(each.account);
            if (account == nullptr)
                return WP_NOT_FOUND;
            record what;
            what.kind = each.forget ? record_kind::forget : record_kind::release;
            what.account = each.account;
            what.mailbox = each.mailbox;
            std::string set;
            encode_uids(each.uids, set);
            what.uids = set;
            if (const wp_status status = owner->put(group, *account, what); status != WP_OK)
                return status;
        }
        for (const auto& [message, count] : references)
            if (const wp_status status =
                    owner->journal_->refer(owner->host_, group, message, -count);
                status != WP_OK)
                return status;
        return WP_OK;
    }
};

void store::sweep() {
    if (releasing_)
        return;
    auto batch = std::make_unique<release_batch>();
    batch->owner = this;
    const bool graves = collect_graves(*batch);
    if (collect_removed(*batch) || graves)
        submit(std::move(batch));
}

bool store::collect_graves(release_batch& into) {
    const std::lock_guard lock(mutex_);
    for (mailbox_state* box : with_graves_) {
        if (into.rows >= batch_rows)
            break;
        const std::uint64_t held = oldest_held(*box);
        std::vector<std::uint32_t> uids;
        for (const grave& each : box->graves) {
            if (each.modseq > held || into.rows >= batch_rows)
                continue;
            uids.push_back(each.uid);
            ++into.references[each.message];
            ++into.rows;
        }
        std::sort(uids.begin(), uids.end());
        if (!uids.empty())
            into.parts.push_back({box->account->id, box->id, std::move(uids), false});
    }
    return !into.parts.empty();
}

bool store::collect_removed(release_batch& into) {
    const std::lock_guard lock(mutex_);
    const std::size_t before = into.parts.size();
    for (const auto& [mailbox, account] : removed_) {
        if (into.rows >= batch_rows)
            break;
        mailbox_state* box = mailbox_by_id(account, mailbox);
        if (box == nullptr || box->dirty || !box->frozen.empty() || !box->active.empty() ||
            !box->openers.empty() || oldest_held(*box) != UINT64_MAX)
            continue; // after the next checkpoint, or when they are closed
        const txn_ptr txn = data_->read();
        std::vector<std::uint32_t> uids;
        database::each(txn.get(), data_->rows, table_key(mailbox).val(), 8,
                       [&](std::string_view key, std::string_view value) {
                           const auto uid =
                               static_cast<std::uint32_t>(table_key::number(key.substr(8)));
                           const auto entry = decode_row(uid, value);
                           uids.push_back(uid);
                           if (entry)
                               ++into.references[entry->message];
                           return ++into.rows < batch_rows;
                       });
        const bool forget = uids.empty();
        into.parts.push_back({account, mailbox, std::move(uids), forget});
    }
    return into.parts.size() != before;
}

void store::submit(std::unique_ptr<release_batch> batch) {
    releasing_ = true;
    release_batch* raw = batch.release();
    const wp_status status =
        journal_->submit(host_, &release_batch::prepare, raw, {&release_batch::done, raw});
    if (status != WP_PENDING)
        release_batch::done(raw, status, nullptr); // decided at once: nothing will come
}

} // namespace waypost::lmdb
