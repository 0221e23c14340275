/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wp.filter/1: policy and content hooks, from the connection to the end of the message. Draft; not
 * called yet.
 *
 * A filter looks at a transaction through wp_view and answers with a verdict; edits are recorded
 * and applied by the kernel when the message is accepted, so that its bytes are written once. A
 * filter that signs (DKIM) sees the message as it will leave: edits of earlier filters included.
 */
#ifndef WAYPOST_ABI_DRAFT_FILTER_H
#define WAYPOST_ABI_DRAFT_FILTER_H

#include <waypost/abi/draft/content.h>
#include <waypost/abi/draft/ingress.h>
#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_FILTER "wp.filter/1"

/* Stages, a bit each: which ones a filter wants is asked once. */
#define WP_STAGE_CONNECT 1u
#define WP_STAGE_HELO 2u
#define WP_STAGE_MAIL 4u
#define WP_STAGE_RCPT 8u
#define WP_STAGE_HEADER 16u   /* header complete, body still coming */
#define WP_STAGE_END 32u      /* whole message, before it is accepted */
#define WP_STAGE_OUTBOUND 64u /* before a channel sends a copy */

#define WP_VERDICT_PASS 0 /* also an unknown value */
#define WP_VERDICT_REJECT 1
#define WP_VERDICT_DEFER 2
#define WP_VERDICT_DISCARD 3
#define WP_VERDICT_QUARANTINE 4 /* accepted, held for the operator */
#define WP_VERDICT_DISCONNECT 5
#define WP_VERDICT_ACCEPT 6 /* pass, and no later filter is asked */

#define WP_EDIT_ADD_HEADER 1    /* at index (0: top) */
#define WP_EDIT_CHANGE_HEADER 2 /* the index-th field of that name; empty value removes it */
#define WP_EDIT_REPLACE_BODY 3  /* value: the whole new body */
#define WP_EDIT_ADD_RECIPIENT 4
#define WP_EDIT_REMOVE_RECIPIENT 5
#define WP_EDIT_SENDER 6

typedef struct wp_edit {
    uint32_t struct_size;
    int32_t kind;
    uint64_t index;
    wp_str name;
    wp_str value;
} wp_edit;

/* What a stage knows; fields of later stages are empty. Valid until the completion. */
typedef struct wp_view {
    uint32_t struct_size;
    uint32_t stage;
    const wp_client* client;
    const wp_sender* sender;
    const wp_recipient* recipients; /* accepted so far; at RCPT the last one is asked about */
    uint64_t recipient_count;
    const wp_pair* headers; /* in order, values unfolded as they came, with the edits so far */
    uint64_t header_count;
    wp_content* content; /* from WP_STAGE_END on: pieces in place; before, null */
} wp_view;

/* Caller-allocated. Edits and texts stay the filter's and valid until the kernel calls `done_with`.
 */
typedef struct wp_verdict {
    uint32_t struct_size;
    int32_t action;
    wp_error reply;
    const wp_edit* edits;
    uint64_t edit_count;
    const wp_pair*
        results; /* for Authentication-Results and the trace: "dkim" = "pass header.d=..." */
    uint64_t result_count;
    void* token; /* the filter's */
} wp_verdict;

typedef struct wp_filter {
    uint32_t struct_size;
    uint32_t stages;
    /*
     * [worker] One call a stage and transaction; session is the same pointer-sized value for all
     * stages of one connection (a milter client keeps its socket by it). The answer may be
     * WP_PENDING: look-ups are slow.
     */
    wp_status (*inspect)(void* self, uint64_t session, const wp_view* view, wp_verdict* verdict,
                         wp_error* error, wp_done done);
    void (*done_with)(void* self, wp_verdict* verdict);
    /* [any] The connection is gone; drop what is kept for the session. */
    void (*ended)(void* self, uint64_t session);
} wp_filter;

#ifdef __cplusplus
}
#endif

#endif
