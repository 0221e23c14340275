// SPDX-License-Identifier: Apache-2.0
// Lists of mailboxes, of one account or of all. Of all: an account is read as of the last
// checkpoint when it is not in memory, and does not come into memory; paths then begin with the
// account's name.
#include "paths.hpp"
#include "store.hpp"

#include <algorithm>

namespace waypost::lmdb {
namespace {

/// Collects rows and hands them over by the batch. Single thread.
class batch {
public:
    batch(wp_mailbox_sink sink, std::string_view pattern) : sink_(sink), pattern_(pattern) {}

    void add(const account_state& account, bool with_name) {
        if (!account.exists || account.purged)
            return;
        for (const auto& box : account.mailboxes) {
            if (!box->visible() || !matches(pattern_, box->path))
                continue;
            paths_.push_back(with_name ? account.name + "/" + box->path : box->path);
            rows_.push_back({sizeof(wp_mailbox_info),
                             box->uid_validity,
                             box->uid_next,
                             0,
                             box->id,
                             box->modseq,
                             box->messages,
                             box->unseen,
                             box->deleted,
                             box->bytes,
                             {}});
        }
    }
    bool flush() {
        for (std::size_t i = 0; i < rows_.size(); ++i)
            rows_[i].path = to_abi(paths_[i]);
        const bool more = rows_.empty() || sink_.rows(sink_.ctx, rows_.data(), rows_.size()) == 0;
        rows_.clear();
        paths_.clear();
        return more;
    }
    std::size_t size() const noexcept { return rows_.size(); }

private:
    wp_mailbox_sink sink_;
    std::string_view pattern_;
    std::vector<wp_mailbox_info> rows_;
    std::vector<std::string> paths_;
};

constexpr std::size_t batch_rows = 256;
constexpr std::size_t accounts_at_a_time = 256;

} // namespace

void store::list(std::string_view account, std::string_view pattern, wp_mailbox_sink sink) {
    batch rows(sink, pattern);
    if (!account.empty()) {
        {
            const std::lock_guard lock(mutex_);
            if (const account_state* in = account_by_name(account))
                rows.add(*in, false);
        }
        rows.flush();
        return;
    }
    std::uint64_t next = 0;
    for (bool more = true; more;) {
        std::vector<std::uint64_t> ids;
        {
            const std::lock_guard lock(mutex_);
            const txn_ptr txn = data_->read();
            database::each(txn.get(), data_->accounts, table_key(next).val(), 0,
                           [&](std::string_view key, std::string_view) {
                               ids.push_back(table_key::number(key));
                               return ids.size() < accounts_at_a_time;
                           });
            more = ids.size() == accounts_at_a_time;
            // Those that are only in the tail come between.
            for (const account_state* each : dirty_accounts_)
                if (each->id >= next && (!more || each->id <= ids.back()))
                    ids.push_back(each->id);
            std::sort(ids.begin(), ids.end());
            ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        }
        for (const std::uint64_t id : ids) {
            {
                const std::lock_guard lock(mutex_);
                const auto known = accounts_.find(id);
                if (known != accounts_.end())
                    rows.add(*known->second, true);
                else if (const auto loaded = load_account(*data_, id))
                    rows.add(*loaded, true);
            }
            if (rows.size() >= batch_rows && !rows.flush())
                return;
        }
        if (!ids.empty())
            next = ids.back() + 1;
    }
    rows.flush();
}

} // namespace waypost::lmdb
