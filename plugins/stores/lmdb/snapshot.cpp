// SPDX-License-Identifier: Apache-2.0
// Views of a mailbox; see snapshot.hpp.
#include "snapshot.hpp"

#include <algorithm>

namespace waypost::lmdb {
namespace {

row summed(row from) {
    from.size = from.total();
    from.prefix = {};
    return from;
}

} // namespace

std::uint64_t snapshot_view::find(std::uint32_t uid) const noexcept {
    const auto* end = uids + count;
    const auto* at = std::lower_bound(uids, end, uid);
    return at != end && *at == uid ? static_cast<std::uint64_t>(at - uids) : count;
}

void snapshot_builder::rows_from(const database& from, MDB_txn* txn) {
    rows_.reserve(expected_);
    database::each(txn, from.rows, table_key(mailbox_->id).val(), 8,
                   [&](std::string_view key, std::string_view value) {
                       const auto uid =
                           static_cast<std::uint32_t>(table_key::number(key.substr(8)));
                       if (const auto entry = decode_row(uid, value))
                           rows_.push_back(summed(*entry));
                       return true;
                   });
}

std::vector<row> snapshot_builder::rows_of(const snapshot_view& base) const {
    std::vector<row> out;
    out.reserve(base.count);
    for (std::uint64_t i = 0; i < base.count; ++i)
        out.push_back({base.uids[i],
                       base.modseqs[i],
                       base.flags[i],
                       base.messages[i],
                       base.sizes[i],
                       base.internal_dates_ns[i],
                       {}});
    return out;
}

void snapshot_builder::lay(const std::vector<tail_row>& layer) {
    if (layer.empty())
        return;
    std::vector<row> merged;
    merged.reserve(rows_.size() + layer.size());
    auto old = rows_.begin();
    for (const tail_row& each : layer) {
        while (old != rows_.end() && old->uid < each.uid)
            merged.push_back(*old++);
        const bool known = old != rows_.end() && old->uid == each.uid;
        if (known && each.partial && !each.dropped) {
            merged.push_back(*old);
            merged.back().modseq = each.modseq;
            merged.back().flags = each.flags;
        } else if (!each.partial && !each.dropped) {
            merged.push_back(summed(each));
        }
        if (known)
            ++old;
    }
    merged.insert(merged.end(), old, rows_.end());
    rows_.swap(merged);
}

std::unique_ptr<snapshot_view>
snapshot_builder::build(const snapshot_view* base,
                        const std::vector<const std::vector<tail_row>*>& layers) {
    if (base != nullptr)
        rows_ = rows_of(*base);
    for (const auto* layer : layers)
        lay(*layer);
    std::erase_if(rows_, [](const row& each) { return (each.flags & flag_gone) != 0; });

    const std::size_t count = rows_.size();
    auto out = std::make_unique<snapshot_view>();
    out->block_ = std::make_unique<unsigned char[]>(count * 44 + 1);
    auto* wide = reinterpret_cast<std::uint64_t*>(out->block_.get());
    std::uint64_t* modseqs = wide;
    std::uint64_t* flags = wide + count;
    std::uint64_t* sizes = wide + 2 * count;
    std::uint64_t* messages = wide + 3 * count;
    auto* dates = reinterpret_cast<std::int64_t*>(wide + 4 * count);
    auto* uids = reinterpret_cast<std::uint32_t*>(wide + 5 * count);
    for (std::size_t i = 0; i < count; ++i) {
        const row& each = rows_[i];
        uids[i] = each.uid;
        modseqs[i] = each.modseq;
        flags[i] = each.flags;
        sizes[i] = each.size;
        messages[i] = each.message;
        dates[i] = each.date_ns;
    }
    static_cast<wp_snapshot&>(*out) = {sizeof(wp_snapshot),
                                       uid_validity_,
                                       modseq_,
                                       count,
                                       uid_next_,
                                       0,
                                       uids,
                                       modseqs,
                                       flags,
                                       sizes,
                                       messages,
                                       dates,
                                       out.get()};
    out->mailbox = mailbox_;
    return out;
}

} // namespace waypost::lmdb
