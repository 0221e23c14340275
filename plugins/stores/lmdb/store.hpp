// SPDX-License-Identifier: Apache-2.0
// The embedded mail store: mailboxes of accounts, kept as journal records in the message log and
// checkpointed into LMDB. The log is the only commit point: stage() and the prepare functions
// decide on the committer, apply() makes it visible after the sync, the checkpoint thread writes
// LMDB later.
//
// Locking: one mutex for the memory state, held for microseconds; LMDB is written without it.
// Files: store.cpp (start, stop, loading), store_stage.cpp, store_apply.cpp, store_change.cpp,
// store_folders.cpp, store_read.cpp, store_checkpoint.cpp, store_sweep.cpp.
#pragma once

#include "arena.hpp"
#include "database.hpp"
#include "key_window.hpp"
#include "snapshot.hpp"
#include "state.hpp"

#include <waypost/abi/draft/journal.h>
#include <waypost/abi/draft/store.h>
#include <waypost/logger.hpp>
#include <waypost/result.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace waypost::lmdb {

struct store_options {
    std::string folder;
    std::uint64_t map_bytes = UINT64_C(64) << 30;
    std::uint64_t checkpoint_records = 10'000;
    std::chrono::milliseconds checkpoint_interval{5000};
    std::uint64_t tail_bytes = UINT64_C(64) << 20; // back-pressure above
    std::uint64_t cached_accounts = 65'536;
    std::uint64_t delivery_keys = 131'072;      // remembered at least
    std::uint64_t expunge_notes = 1'000;        // per mailbox, for `since`
    bool background = true;                     // false: tests call checkpoint() and sweep()
    std::function<std::uint32_t()> seconds_now; // Unix time; first uid_validity of a new store
};

/// An opened mailbox; wp_mailbox of the ABI points to one.
struct open_mailbox {
    mailbox_state* mailbox = nullptr;
    bool exclusive = false;
    bool read_only = false;
    bool told = false; // a notification is under way
    wp_watch watch{};
};

/// *thread-safe*; functions with a thread tag as in the ABI headers.
class store {
public:
    static result<std::unique_ptr<store>> open(const wp_host* host, store_options options);
    ~store();

    void start();
    void stop();

    // wp.journal-consumer/1
    std::uint64_t position() const;
    void apply(std::uint64_t position, const wp_bytes* records, std::uint64_t count);
    void abandon();

    // wp.store/1, without completions; what is asynchronous is in calls.hpp.
    void stage(wp_group* group, const wp_delivery* deliveries, std::uint64_t count,
               wp_error* results); // [commit]
    result<open_mailbox*> open_path(std::string_view account, std::string_view path,
                                    std::uint32_t flags);
    void close(open_mailbox* mailbox);
    const wp_snapshot* take(open_mailbox& mailbox);
    void release(const wp_snapshot* snapshot);
    result<wp_content*> content(const wp_snapshot& of, std::uint64_t index);
    wp_status since(open_mailbox& mailbox, std::uint64_t modseq, std::uint32_t* changed,
                    std::uint64_t* changed_count, std::uint32_t* vanished,
                    std::uint64_t* vanished_count);
    void watch(open_mailbox& mailbox, wp_watch watch);
    void list(std::string_view account, std::string_view pattern, wp_mailbox_sink sink);
    void usage(std::string_view account, std::uint64_t& bytes, std::uint64_t& messages);

    // [commit] The deciding half of each change.
    struct source_row : row {
        std::string prefix_bytes;
    };
    struct change_request {
        open_mailbox* mailbox;
        const wp_change* change;
        wp_change_result* result;
        std::vector<source_row> sources; // copy and move: rows with prefixes, read before
        std::vector<wp_bytes> pieces;    // append
        std::string target;              // normal form
    };
    result<void> prepare_change(wp_group* group, change_request& request);
    result<void> prepare_create(wp_group* group, std::string_view account, const std::string& path,
                                bool must_be_new);
    result<void> prepare_remove(wp_group* group, std::string_view account, const std::string& path);
    result<void> prepare_rename(wp_group* group, std::string_view account, const std::string& from,
                                const std::string& to);
    result<void> prepare_purge(wp_group* group, std::string_view account);
    /// [any] Loads what prepare_change must not wait for.
    void read_sources(change_request& request);

    /// Writes the tail into LMDB; the checkpoint thread's work. False: nothing to do.
    bool checkpoint();
    /// Gives rows and references back that no snapshot shows any more; the checkpoint thread's
    /// work.
    void sweep();

    /// A bug or damage, into the log.
    void fault(std::string_view what, std::string_view detail = {}) const noexcept;
    const wp_host* host() const noexcept { return host_; }
    const wp_host_journal& journal() const noexcept { return *journal_; }

private:
    struct staged_uids {
        std::uint64_t mailbox;
        std::uint32_t uid;
        std::uint64_t modseq; // 0: expunged
    };
    struct frozen_mailbox {
        mailbox_state* mailbox;
        std::uint64_t account;
        std::uint64_t id;
        std::size_t value_at, value_size; // in frozen_set::values
        bool prune, removed;
    };
    struct frozen_account {
        std::uint64_t id;
        std::size_t value_at, value_size;
        std::string name; // of a new or purged one
        bool purged, gone;
    };
    struct frozen_set {
        std::vector<frozen_mailbox> mailboxes;
        std::vector<frozen_account> accounts;
        std::vector<std::pair<std::uint64_t, std::uint64_t>> forgotten; // account, mailbox
        std::vector<delivery_key> keys;
        std::string values;
        store_value head;
        arena prefixes;
    };
    struct release_batch; // store_sweep.cpp
    friend struct release_batch;

    store(const wp_host* host, store_options options, std::unique_ptr<database> data);
    result<void> load();
    void run();

    // Loading and finding; all under mutex_.
    account_state* account_by_name(std::string_view name);
    account_state* account_by_id(std::uint64_t id);
    account_state* adopt(std::unique_ptr<account_state> loaded);
    account_state& make_account(std::string_view name, std::uint64_t id);
    mailbox_state& make_mailbox(account_state& in, std::string_view path, std::uint64_t id,
                                std::uint32_t uid_validity);
    mailbox_state* mailbox_by_id(std::uint64_t account, std::uint64_t mailbox);
    /// As readers see it / as the group in the making leaves it.
    static mailbox_state* visible_path(const account_state& in, std::string_view path);
    mailbox_state* staged_path(const account_state& in, std::string_view path) const;
    const std::string& path_of(const mailbox_state& mailbox) const;
    /// Whatever is newest of a row. Without prefix it may come from a snapshot: then `size` is the
    /// sum.
    std::optional<tail_row> find_row(const mailbox_state& in, std::uint32_t uid, bool with_prefix,
                                     MDB_txn* txn = nullptr);
    void evict();

    // store_stage.cpp
    account_state& account_for(std::string_view name);
    mailbox_state& inbox_for(account_state& account);
    mailbox_state& stage_mailbox(account_state& account, std::string_view path);
    wp_status stage_one(wp_group* group, const wp_delivery& delivery, wp_error& result, bool& made);
    wp_status put(wp_group* group, account_state& account, const record& what);
    wp_status put_creation(wp_group* group, mailbox_state& mailbox);
    void count_staged(account_state& account, std::uint64_t bytes, std::uint64_t messages);

    // store_apply.cpp
    void apply_one(const record& what);
    void apply_add(mailbox_state& to, const record& what);
    void apply_flags(mailbox_state& in, const record& what);
    void apply_expunge(mailbox_state& in, const record& what);
    void apply_release(mailbox_state& in, const record& what);
    void apply_remove(mailbox_state& mailbox);
    void apply_forget(mailbox_state& mailbox);
    void mark(mailbox_state& mailbox);
    void mark(account_state& account);
    void notify(std::unique_lock<std::mutex>& lock);

    // store_change.cpp
    struct selection {
        std::vector<std::uint32_t> uids;
        std::vector<row> rows; // in step, without prefix
    };
    result<void> change_flags(wp_group* group, change_request& request);
    result<void> expunge(wp_group* group, change_request& request);
    result<void> copy(wp_group* group, change_request& request, bool move);
    result<void> append(wp_group* group, change_request& request);
    selection select(change_request& request);
    bool staged_gone(const mailbox_state& in, std::uint32_t uid) const;
    std::uint64_t staged_modseq(const mailbox_state& in, std::uint32_t uid,
                                std::uint64_t applied) const;

    // store_checkpoint.cpp
    bool freeze();
    void write_frozen(MDB_txn* txn);
    void write_rows(MDB_txn* txn, const frozen_mailbox& item);
    void write_notes(MDB_txn* txn, const frozen_mailbox& item);
    void write_account(MDB_txn* txn, const frozen_account& item);
    void forget_mailbox(MDB_txn* txn, std::uint64_t account, std::uint64_t mailbox);
    void write_keys(MDB_txn* txn);
    void advance_base(mailbox_state& mailbox);
    void thaw();

    void drop_base(mailbox_state& mailbox);
    static void destroy(snapshot_view* view);
    bool collect_graves(release_batch& into);
    bool collect_removed(release_batch& into);
    void submit(std::unique_ptr<release_batch> batch);

    const wp_host* host_;
    const wp_host_journal* journal_;
    const wp_host_messages* messages_;
    logger log_;
    store_options options_;
    std::unique_ptr<database> data_;

    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::unique_ptr<account_state>> accounts_;
    std::unordered_map<std::string_view, account_state*> names_; // views of account_state::name
    std::vector<std::uint64_t> clock_;                           // ids, for the eviction's hand
    std::size_t hand_ = 0;
    std::unordered_map<std::uint64_t, std::uint64_t>
        removed_; // mailbox -> account: rows to be released
    std::vector<mailbox_state*> with_graves_;

    // The active tail.
    std::vector<mailbox_state*> dirty_mailboxes_;
    std::vector<account_state*> dirty_accounts_;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> forgotten_; // account, mailbox
    std::vector<delivery_key> new_keys_;
    arena prefixes_;
    std::uint64_t tail_records_ = 0;
    std::uint64_t tail_size_ = 0;
    std::uint64_t applied_ = 0;
    std::uint64_t next_id_ = 1;
    std::uint32_t uid_validity_ = 0;
    key_window keys_;

    // The tail being written; the vectors belong to the checkpoint thread.
    frozen_set frozen_;
    std::uint64_t frozen_size_ = 0;
    std::atomic<std::uint64_t> durable_{0};

    // Staging, on the commit thread.
    std::uint64_t epoch_ = 1; // of the group in the making
    std::uint64_t next_id_given_ = 1;
    std::uint32_t uid_validity_given_ = 0;
    std::unordered_map<std::uint64_t, std::vector<staged_uids>> staged_; // by mailbox
    std::vector<delivery_key> staged_keys_; // of the stage call under way
    std::string buffer_;

    std::unordered_set<open_mailbox*> open_;
    std::vector<mailbox_state*> changed_; // by the apply under way
    std::condition_variable told_;
    std::thread::id telling_;

    std::mutex wake_mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    bool running_ = false;
    bool wanted_ = false;
    std::thread thread_;
    std::atomic<bool> releasing_{false}; // a release of the sweep is under way
};

} // namespace waypost::lmdb
