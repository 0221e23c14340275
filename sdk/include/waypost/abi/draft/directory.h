/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wp.directory/1: a source of entries. A backend pushes entries into a feed; the kernel reformats
 * them into its cache. Functions may block: they run on workers. Draft.
 */
#ifndef WAYPOST_ABI_DRAFT_DIRECTORY_H
#define WAYPOST_ABI_DRAFT_DIRECTORY_H

#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_DIRECTORY "wp.directory/1"

typedef struct wp_attribute {
    wp_str name; /* without options; matched without case */
    const wp_str* values;
    uint64_t value_count;
} wp_attribute;

typedef struct wp_entry {
    uint32_t struct_size;
    uint32_t reserved;
    wp_str dn;
    wp_bytes uuid; /* RFC 4530: its 16 octets, not their text; or empty: the DN is the identity */
    const wp_attribute* attributes;
    uint64_t attribute_count;
} wp_entry;

/* wp_feed.begin kinds */
#define WP_FEED_FULL                                                                               \
    1 /* the entries that follow are all there are; what is not among them is gone */
#define WP_FEED_CHANGES 2 /* entries are created or replaced; removals are named */
/*
 * CHANGES found by modification times: of entries that are known already, access-control attributes
 * (administrators, roles, ACIs) keep their values until the next FULL.
 */
#define WP_FEED_TIMES 3

/* wp_feed.existing */
#define WP_EXISTING_ENTRIES 1
#define WP_EXISTING_LISTS 2

/*
 * Given by the host. begin .. commit is one transaction: the cache shows none of it before commit.
 * One transaction at a time a backend; the feed's functions block while the cache is busy. [worker]
 * or a thread of the backend. From drain on they answer WP_STOPPING at once; the feed lives until
 * stop returned.
 */
typedef struct wp_feed {
    uint32_t struct_size;
    uint32_t reserved;
    void* ctx;
    wp_status (*begin)(void* ctx, int32_t kind, wp_error* error);
    wp_status (*entries)(void* ctx, const wp_entry* entries, uint64_t count, wp_error* error);
    /* By DN, or by UUID where the DN is empty. Only dn and uuid of each entry are read. */
    wp_status (*removed)(void* ctx, const wp_entry* entries, uint64_t count, wp_error* error);
    /* Unchanged entries of a RFC 4533 present phase: they stay; after a FULL begin only. */
    wp_status (*present)(void* ctx, const wp_bytes* uuids, uint64_t count, wp_error* error);
    /* The cookie is stored in the same transaction; may be empty. Returns when readers see it. */
    wp_status (*commit)(void* ctx, wp_bytes cookie, wp_error* error);
    void (*abort)(void* ctx);
    /* Whether changes arrive live now. While not, a miss is confirmed by `lookup`. */
    void (*live)(void* ctx, int32_t is_live);
    /*
     * In a CHANGES or TIMES transaction: of the backend's entries (or lists) below `base` only the
     * ones named here still exist; the others go at commit. What was named in several calls counts
     * as one set. Only dn and uuid of each entry are read.
     */
    wp_status (*existing)(void* ctx, int32_t what, wp_str base, const wp_entry* entries,
                          uint64_t count, wp_error* error);
} wp_feed;

#define WP_READ_FULL 1
#define WP_READ_CHANGES 2 /* since the cookie, or since_ns where the backend has no better */
#define WP_READ_SWEEP 3   /* names only, to find deletions */

typedef struct wp_read {
    uint32_t struct_size;
    int32_t kind;
    wp_bytes cookie;
    int64_t since_ns; /* Unix time */
    wp_str base;      /* subtree, or empty: all bases of the backend */
} wp_read;

#define WP_MOD_ADD 1     /* values to an attribute */
#define WP_MOD_DELETE 2  /* values, or the whole attribute when there are none */
#define WP_MOD_REPLACE 3 /* all values; none: the attribute goes */

typedef struct wp_modification {
    int32_t kind;
    uint32_t reserved;
    wp_attribute attribute;
} wp_modification;

#define WP_WRITE_ADD 1
#define WP_WRITE_MODIFY 2
#define WP_WRITE_DELETE 3
#define WP_WRITE_RENAME 4

/* One change of one entry, RFC 4511 s4.6-4.9. */
typedef struct wp_write {
    uint32_t struct_size;
    int32_t kind;
    wp_entry entry;                       /* add: all of it; otherwise dn (and uuid) */
    const wp_modification* modifications; /* modify */
    uint64_t modification_count;
    wp_str new_dn; /* rename */
} wp_write;

typedef struct wp_directory {
    uint32_t struct_size;
    uint32_t reserved;
    /* [worker] May block. Reads into the feed, begin to commit. */
    wp_status (*read)(void* self, const wp_read* request, const wp_feed* feed, wp_error* error);
    /*
     * [control] From now on pushes changes into the feed from a thread of its own, starting behind
     * `cookie`, until stop. WP_UNSUPPORTED: the host polls with WP_READ_CHANGES.
     */
    wp_status (*watch)(void* self, wp_bytes cookie, const wp_feed* feed, wp_error* error);
    /*
     * [worker] May block. Writes in order; stops at the first failure, *applied tells how many were
     * done. The changes come back through the feed; when this returns WP_OK a live feed has
     * delivered them.
     */
    wp_status (*write)(void* self, const wp_write* writes, uint64_t count, uint64_t* applied,
                       wp_error* error);
    /* [worker] May block. Is this the entry's password? WP_OK, WP_DENIED, WP_NOT_FOUND, WP_TEMPFAIL
     * (away). */
    wp_status (*authenticate)(void* self, wp_str dn, wp_str secret, wp_error* error);
    /* [worker] May block. Entries whose mail addresses or uid are `key`, into the feed as CHANGES.
     * R5.7. */
    wp_status (*lookup)(void* self, wp_str key, const wp_feed* feed, wp_error* error);
    /* [any] The bases (DNs) this backend owns; constant after start. */
    uint64_t (*base_count)(void* self);
    wp_str (*base)(void* self, uint64_t index);
} wp_directory;

#ifdef __cplusplus
}
#endif

#endif
