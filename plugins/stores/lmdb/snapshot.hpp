// SPDX-License-Identifier: Apache-2.0
// An immutable view of one mailbox, shared by all who look at it while nothing changes: parallel
// arrays in one block, 44 octets a message. Made from LMDB or an earlier view with the tail's
// layers laid over it.
#pragma once

#include "database.hpp"
#include "state.hpp"

#include <waypost/abi/draft/store.h>

#include <atomic>
#include <memory>
#include <vector>

namespace waypost::lmdb {

/// Immutable; references are counted *thread-safe*, the first one is the maker's.
class snapshot_view : public wp_snapshot {
public:
    static snapshot_view* of(const wp_snapshot* from) noexcept {
        return static_cast<snapshot_view*>(from->impl);
    }

    void ref() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    /// True: that was the last one, destroy it.
    bool unref() noexcept { return references_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
    std::uint32_t references() const noexcept {
        return references_.load(std::memory_order_acquire);
    }

    /// Index of a UID, or `count`.
    std::uint64_t find(std::uint32_t uid) const noexcept;

    mailbox_state* mailbox = nullptr; // outlives the view

private:
    friend class snapshot_builder;
    std::atomic<std::uint32_t> references_{1};
    std::unique_ptr<unsigned char[]> block_;
};

/// Collects rows and makes the view. Single thread.
class snapshot_builder {
public:
    /// The facts of the mailbox at this moment. Under the store's lock.
    explicit snapshot_builder(mailbox_state& of)
        : mailbox_(&of), uid_validity_(of.uid_validity), uid_next_(of.uid_next), modseq_(of.modseq),
          expected_(of.messages) {}

    /// Everything LMDB has, for a mailbox without a base.
    void rows_from(const database& from, MDB_txn* txn);
    /// The same with layers laid over: a full view, or `base` when there is one. Layers by age,
    /// oldest first.
    std::unique_ptr<snapshot_view> build(const snapshot_view* base,
                                         const std::vector<const std::vector<tail_row>*>& layers);

private:
    std::vector<row> rows_of(const snapshot_view& base) const;
    void lay(const std::vector<tail_row>& layer);

    mailbox_state* mailbox_;
    std::uint32_t uid_validity_;
    std::uint32_t uid_next_;
    std::uint64_t modseq_;
    std::uint64_t expected_;
    std::vector<row> rows_;
    // Prefix sizes count in `size`: a row read here carries its sum and an empty prefix.
};

} // namespace waypost::lmdb
