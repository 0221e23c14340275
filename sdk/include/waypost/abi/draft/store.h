/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wp.store/1: keeps mailboxes. Designed from what CONDSTORE, QRESYNC, MOVE, NOTIFY, OBJECTID and
 * POP3 need, so that an access plugin keeps no state of its own. Draft.
 *
 * Readers work on immutable snapshots shared between sessions; what a later one has that an earlier
 * one had not, `since` tells. A notification says only "changed to modification sequence N".
 * Nothing promises atomicity across mailboxes; UIDs are known when a change completes. The store
 * enforces rights.
 */
#ifndef WAYPOST_ABI_DRAFT_STORE_H
#define WAYPOST_ABI_DRAFT_STORE_H

#include <waypost/abi/draft/auth.h>
#include <waypost/abi/draft/content.h>
#include <waypost/abi/draft/journal.h>
#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_STORE "wp.store/1"
#define WP_HOST_STORE "wp.host.store/1"

/* System flags, RFC 9051 s2.3.2; keywords are numbered per mailbox from WP_FLAG_KEYWORD_0 up. */
#define WP_FLAG_SEEN (UINT64_C(1) << 0)
#define WP_FLAG_ANSWERED (UINT64_C(1) << 1)
#define WP_FLAG_FLAGGED (UINT64_C(1) << 2)
#define WP_FLAG_DELETED (UINT64_C(1) << 3)
#define WP_FLAG_DRAFT (UINT64_C(1) << 4)
#define WP_FLAG_KEYWORD_0 8

/* One reference to one message in one mailbox, to be made. */
typedef struct wp_delivery {
    uint32_t struct_size;
    uint32_t reserved;
    wp_str account; /* canonical owner, "ann@example.com" */
    wp_str mailbox; /* UTF-8 path, '/' between levels; "INBOX" */
    uint64_t message;
    uint64_t size;   /* of the message's content, without prefix */
    wp_bytes prefix; /* header lines that stand before the content in this mailbox only */
    uint64_t flags;  /* WP_FLAG_* */
    int64_t internal_date_ns;
    uint64_t key[2];        /* idempotence key: the same key is delivered once */
    int64_t quota_bytes;    /* effective; -1 none */
    int64_t quota_messages; /* -1 none */
} wp_delivery;

/* What a mailbox is now. */
typedef struct wp_mailbox_info {
    uint32_t struct_size;
    uint32_t uid_validity;
    uint32_t uid_next;
    uint32_t reserved;
    uint64_t id;     /* RFC 8474, unique in the store, survives renames */
    uint64_t modseq; /* highest */
    uint64_t messages;
    uint64_t unseen;
    uint64_t deleted;
    uint64_t bytes;
    wp_str path;
} wp_mailbox_info;

/* An immutable view of a mailbox: parallel arrays in UID order, shared, valid until release. */
typedef struct wp_snapshot {
    uint32_t struct_size;
    uint32_t uid_validity;
    uint64_t modseq;
    uint64_t count;
    uint32_t uid_next;
    uint32_t reserved;
    const uint32_t* uids;
    const uint64_t* modseqs;
    const uint64_t* flags;
    const uint64_t* sizes;    /* prefix + content */
    const uint64_t* messages; /* EMAILID; equal ids are equal bytes but for the prefix */
    const int64_t* internal_dates_ns;
    void* impl;
} wp_snapshot;

/* wp_change.kind */
#define WP_CHANGE_FLAGS_ADD 1
#define WP_CHANGE_FLAGS_REMOVE 2
#define WP_CHANGE_FLAGS_SET 3
#define WP_CHANGE_EXPUNGE 4
#define WP_CHANGE_COPY 5
#define WP_CHANGE_MOVE 6
#define WP_CHANGE_APPEND 7

/* One change to many messages of one mailbox: one group, all or nothing. */
typedef struct wp_change {
    uint32_t struct_size;
    int32_t kind;
    const uint32_t* uids;
    uint64_t uid_count;
    uint64_t flags;
    uint64_t unchanged_since; /* RFC 7162; 0: no condition */
    wp_str target;            /* path for copy and move */
    wp_content* content;      /* append */
    int64_t internal_date_ns; /* append */
} wp_change;

/* Caller-allocated arrays of `capacity`; for copy, move, append: source and new UIDs in step. */
typedef struct wp_change_result {
    uint32_t struct_size;
    uint32_t target_uid_validity;
    uint64_t modseq;
    uint64_t capacity;
    uint64_t count;
    uint32_t* uids;          /* changed */
    uint32_t* target_uids;   /* may be null */
    uint64_t modified_count; /* failed UNCHANGEDSINCE */
    uint32_t* modified;
} wp_change_result;

typedef struct wp_mailbox wp_mailbox;

/*
 * Called on any thread when a mailbox changed; coalesced; do no work in it. `mailbox` is its number
 * (wp_mailbox_info.id); 0: mailboxes were created, renamed or removed. Frozen shape.
 */
typedef struct wp_watch {
    void (*changed)(void* ctx, uint64_t mailbox, uint64_t modseq);
    void* ctx;
} wp_watch;

/* A batch of rows, for lists of any kind. Return nonzero from `rows` to stop. */
typedef struct wp_mailbox_sink {
    int32_t (*rows)(void* ctx, const wp_mailbox_info* rows, uint64_t count);
    void* ctx;
} wp_mailbox_sink;

#define WP_OPEN_READ_ONLY 1u
#define WP_OPEN_EXCLUSIVE 2u /* POP3, RFC 1939 s3: no second exclusive opener; delivery goes on */

/*
 * All functions of one mailbox may be called by several threads at once. Those with `done` may be
 * WP_PENDING.
 */
typedef struct wp_store {
    uint32_t struct_size;
    uint32_t flags; /* WP_STORE_* */

    /* [commit] Stores with WP_STORE_JOURNAL: adds references within the group; a result for each.
     */
    wp_status (*stage)(void* self, wp_group* group, const wp_delivery* deliveries, uint64_t count,
                       wp_error* results);
    /* [worker] Other stores: delivers one content; idempotent by key. */
    wp_status (*deliver)(void* self, const wp_delivery* deliveries, uint64_t count,
                         wp_content* content, wp_error* results, wp_error* error, wp_done done);

    /* [any] Opens with the principal's rights. WP_DENIED, WP_NOT_FOUND, WP_BUSY (exclusive). */
    wp_status (*open)(void* self, const wp_principal* principal, wp_str path, uint32_t flags,
                      wp_mailbox** mailbox, wp_error* error, wp_done done);
    void (*close)(void* self, wp_mailbox* mailbox);
    /* [any] The newest state, shared. release ends it. */
    wp_status (*snapshot)(void* self, wp_mailbox* mailbox, const wp_snapshot** snapshot,
                          wp_error* error, wp_done done);
    void (*release)(void* self, const wp_snapshot* snapshot);
    /*
     * [any] UIDs that vanished and those new or changed since `modseq` (0: all), into caller's
     * arrays; *_count in: room, out: needed. WP_UNSUPPORTED: older than what the store remembers
     * (full resync).
     */
    wp_status (*since)(void* self, wp_mailbox* mailbox, uint64_t modseq, uint32_t* changed,
                       uint64_t* changed_count, uint32_t* vanished, uint64_t* vanished_count);
    /* [any] The bytes of message `index` of a snapshot; readable while the snapshot or the content
     * is held. */
    wp_status (*content)(void* self, const wp_snapshot* snapshot, uint64_t index,
                         wp_content** content, wp_error* error, wp_done done);
    /* [any] Applies changes in order, each all or nothing. results has `count` entries. */
    wp_status (*change)(void* self, wp_mailbox* mailbox, const wp_change* changes, uint64_t count,
                        wp_change_result* results, wp_error* error, wp_done done);
    /* [any] Starts (fn set) or ends (fn null) the notification; after ending returned, no call
     * follows. */
    wp_status (*watch)(void* self, wp_mailbox* mailbox, wp_watch watch);

    /* [worker] Mailboxes of an account, by pattern ('*' any, '%' one level); empty account: all. */
    wp_status (*list)(void* self, wp_str account, wp_str pattern, wp_mailbox_sink sink,
                      wp_error* error);
    /* [any] Folders. */
    wp_status (*create)(void* self, const wp_principal* principal, wp_str path, wp_error* error,
                        wp_done done);
    wp_status (*remove)(void* self, const wp_principal* principal, wp_str path, wp_error* error,
                        wp_done done);
    wp_status (*rename)(void* self, const wp_principal* principal, wp_str from, wp_str to,
                        wp_error* error, wp_done done);
    /* [any] Used by the account over all mailboxes. */
    wp_status (*usage)(void* self, wp_str account, uint64_t* bytes, uint64_t* messages);
    /* [control] Forgets an account with all its mail (user removed). */
    wp_status (*purge)(void* self, wp_str account, wp_error* error, wp_done done);
} wp_store;

#define WP_STORE_JOURNAL 1u /* implements stage and wp.journal-consumer/1 */

/* wp.host.store/1: the broker. Access plugins and the mailbox channel never link a store. */
typedef struct wp_host_store {
    uint32_t struct_size;
    uint32_t reserved;
    /* [any] The store that access reads for this principal: its vtable and self. Valid until the
     * caller's stop returned: stores stop after those that need wp.host.store/1. */
    wp_status (*of)(const wp_host* host, const wp_principal* principal, const wp_store** store,
                    void** self, wp_error* error);
    /* [commit] Stages deliveries into the designated store of each account. */
    wp_status (*stage)(const wp_host* host, wp_group* group, const wp_delivery* deliveries,
                       uint64_t count, wp_error* results);
    /* [worker] The same from the queue. */
    wp_status (*deliver)(const wp_host* host, const wp_delivery* deliveries, uint64_t count,
                         wp_content* content, wp_error* results, wp_error* error, wp_done done);
} wp_host_store;

#ifdef __cplusplus
}
#endif

#endif
