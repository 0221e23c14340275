/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wp.host.journal/1 and wp.host.messages/1: the message log, for store plugins that keep their
 * changes in it. wp.journal-consumer/1: what such a plugin implements. Draft.
 *
 * A group is one atomic, synced set of changes. An operation's `prepare` runs on the committer, in
 * log order: it decides (UIDs, modification sequences), puts records and references into the group,
 * and changes nothing that readers see. After the sync the consumer's `apply` gets those records,
 * then the operation's completion is called. After a start the records behind the consumer's own
 * checkpoint are applied again.
 */
#ifndef WAYPOST_ABI_DRAFT_JOURNAL_H
#define WAYPOST_ABI_DRAFT_JOURNAL_H

#include <waypost/abi/draft/content.h>
#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_HOST_JOURNAL "wp.host.journal/1"
#define WP_HOST_MESSAGES "wp.host.messages/1"
#define WP_JOURNAL_CONSUMER "wp.journal-consumer/1"

typedef struct wp_group wp_group;

typedef struct wp_host_journal {
    uint32_t struct_size;
    uint32_t reserved;
    /* [commit], inside prepare or stage: one record of the calling instance. Copied. */
    wp_status (*put)(const wp_host* host, wp_group* group, wp_bytes record);
    /* [commit], likewise: adds delta references to a message. At zero its bytes are given back. */
    wp_status (*refer)(const wp_host* host, wp_group* group, uint64_t message, int64_t delta);
    /* [commit], likewise: a new message; *message is its id. The pieces stay valid until the
     * operation ends. */
    wp_status (*message)(const wp_host* host, wp_group* group, wp_str envelope,
                         const wp_bytes* pieces, uint64_t count, uint64_t* message);
    /*
     * [any] Runs prepare(ctx, group) on the committer. When it returns anything but WP_OK, all it
     * put is taken back and `done` gets that status. Otherwise `done` is called when the group is
     * durable and applied.
     */
    wp_status (*submit)(const wp_host* host,
                        wp_status (*prepare)(void* ctx, wp_group* group, wp_error* error),
                        void* ctx, wp_done done);
    /* [any] The log up to `position` is in the consumer's own durable checkpoint. */
    void (*checkpointed)(const wp_host* host, uint64_t position);
} wp_host_journal;

typedef struct wp_host_messages {
    uint32_t struct_size;
    uint32_t reserved;
    /* [any] Holds a message of the log. WP_NOT_FOUND when its last reference is gone. */
    wp_status (*open)(const wp_host* host, uint64_t message, wp_content** content, wp_error* error);
} wp_host_messages;

typedef struct wp_journal_consumer {
    uint32_t struct_size;
    uint32_t reserved;
    /* [control] Position of the durable checkpoint; 0: nothing. Asked after create, before start.
     */
    uint64_t (*position)(void* self);
    /*
     * [commit] (before start: [control], replaying) The records this instance put into one group,
     * in order. `position` increases by group. A record already contained in the checkpoint never
     * comes again.
     */
    void (*apply)(void* self, uint64_t position, const wp_bytes* records, uint64_t count);
    /* [commit] The group in the making failed: forget what was staged for it. */
    void (*abandon)(void* self);
} wp_journal_consumer;

#ifdef __cplusplus
}
#endif

#endif
