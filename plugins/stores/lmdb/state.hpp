// SPDX-License-Identifier: Apache-2.0
// What the store holds in memory: accounts with their mailboxes, and of each mailbox the tail, the
// changes that are in the log but not yet in LMDB. All of it lies under the store's one lock.
//
//   a mailbox now = its rows in LMDB (or a newer snapshot) + frozen layer + active layer
//
// Rows of a layer are absolute (the newest state of that UID), so laying one over an LMDB that
// already has it changes nothing. `frozen` is what the checkpoint is writing; it is immutable until
// the checkpoint ends.
#pragma once

#include "format.hpp"

#include <memory>
#include <string>
#include <vector>

namespace waypost::lmdb {

class snapshot_view;
struct open_mailbox;
struct account_state;

struct tail_row : row {   // prefix in the tail's arena
    bool partial = false; // only modseq and flags are set; the rest is in an older layer
    bool dropped = false; // the row is deleted
};

/// UIDs that were expunged by one change, for `since`.
struct expunge_note {
    std::uint64_t modseq = 0;
    std::string uids; // encode_uids
};

struct tail_layer {
    std::vector<tail_row> rows; // by UID
    std::vector<expunge_note> notes;

    bool empty() const noexcept { return rows.empty() && notes.empty(); }
    const tail_row* find(std::uint32_t uid) const noexcept;
    /// Puts the row in, over an older state of the same UID.
    void put(const tail_row& change);
    /// The same for many, ascending by UID.
    void put(const std::vector<tail_row>& changes);
    void clear() noexcept;
};

/// An expunged message whose row and reference are kept while a snapshot from before `modseq` is
/// held.
struct grave {
    std::uint32_t uid = 0;
    std::uint64_t modseq = 0;
    std::uint64_t message = 0;
};

struct mailbox_state {
    account_state* account = nullptr;
    std::uint64_t id = 0;
    std::uint32_t uid_validity = 0;
    std::uint32_t uid_next = 1;
    std::uint64_t modseq = 1;
    std::uint64_t messages = 0;
    std::uint64_t unseen = 0;
    std::uint64_t deleted = 0;
    std::uint64_t bytes = 0;
    std::uint64_t notes = 0;
    std::string path;
    bool exists = false;  // applied; false: only staged so far
    bool removed = false; // its rows are being released
    bool dirty = false;   // in the active list of the tail

    // Staging, on the commit thread. The numbers only grow and survive an abandoned group: a gap in
    // UIDs is harmless, a UID given twice is not.
    std::uint32_t uid_given = 1;    // next
    std::uint64_t modseq_given = 1; // last
    std::uint64_t removed_epoch = 0;
    std::uint64_t path_epoch = 0;
    std::string staged_path; // when path_epoch is the group's

    tail_layer active;
    tail_layer frozen;
    std::vector<grave> graves;

    snapshot_view* base = nullptr; // newest built one; holds one reference
    std::vector<snapshot_view*> live;
    std::vector<open_mailbox*> openers;
    bool exclusive = false;

    bool visible() const noexcept { return exists && !removed; }
};

struct account_state {
    std::uint64_t id = 0;
    std::string name;
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;
    bool exists = false;
    bool purged = false;
    bool dirty = false;
    bool used = true; // since the last look of the eviction
    std::uint64_t purged_epoch = 0;

    std::uint64_t staged_epoch = 0;
    std::uint64_t staged_bytes = 0;
    std::uint64_t staged_messages = 0;

    std::vector<std::unique_ptr<mailbox_state>> mailboxes;
    mailbox_state* inbox_box = nullptr;

    mailbox_state* find(std::uint64_t mailbox) const noexcept {
        for (const auto& each : mailboxes)
            if (each->id == mailbox)
                return each.get();
        return nullptr;
    }
};

} // namespace waypost::lmdb
