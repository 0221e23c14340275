/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wp.host.ingress/1: how an inbound channel hands in a message. One transaction is one envelope and
 * one content: open, recipient (1..n), append (0..n), then commit or abort. Draft.
 *
 * A transaction is used by one thread at a time. Verdicts come from the directory cache and are
 * usually immediate. commit completes only when the message is durable (or was refused): a 250
 * cannot lie.
 */
#ifndef WAYPOST_ABI_DRAFT_INGRESS_H
#define WAYPOST_ABI_DRAFT_INGRESS_H

#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_HOST_INGRESS "wp.host.ingress/1"

/* wp_client.flags */
#define WP_CLIENT_TLS 1u
#define WP_CLIENT_TRUSTED 2u  /* may relay: a local program or a network the operator named */
#define WP_CLIENT_NO_REPLY 4u /* nobody to answer (UUCP, batch): refusals become reports (R3.4) */
#define WP_CLIENT_FINAL 8u    /* LMTP: per-recipient results are wanted at commit */

/* Who hands in. The strings are copied by open. */
typedef struct wp_client {
    uint32_t struct_size;
    uint32_t flags;
    wp_str address;   /* "192.0.2.7", "2001:db8::7", "unix" or empty */
    wp_str name;      /* what the client calls itself: HELO, UUCP site */
    wp_str protocol;  /* RFC 3848 "with" word: "ESMTP", "ESMTPS", "LMTP", "UUCP" */
    wp_str principal; /* authenticated account or empty */
    wp_str trace;     /* session id for logs */
} wp_client;

/* wp_sender.flags */
#define WP_MAIL_8BIT 1u
#define WP_MAIL_BINARY 2u
#define WP_MAIL_UTF8 4u
#define WP_MAIL_RET_FULL 8u /* RFC 3461 RET */
#define WP_MAIL_RET_HEADERS 16u
#define WP_MAIL_REQUIRE_TLS 32u

typedef struct wp_sender {
    uint32_t struct_size;
    uint32_t flags;
    wp_str address;        /* without angle brackets; empty: the null sender */
    wp_str envid;          /* RFC 3461, decoded; may be empty */
    int64_t size;          /* declared, bytes; -1 unknown */
    int64_t hold_until_ns; /* RFC 4865, Unix time; 0 none */
    int64_t deliver_by_ns; /* RFC 2852, Unix time; 0 none */
    int32_t priority;      /* RFC 6710, -9..9 */
    uint32_t reserved;
} wp_sender;

/* wp_recipient.notify, RFC 3461 */
#define WP_NOTIFY_DEFAULT 0u
#define WP_NOTIFY_NEVER 1u
#define WP_NOTIFY_SUCCESS 2u
#define WP_NOTIFY_FAILURE 4u
#define WP_NOTIFY_DELAY 8u

typedef struct wp_recipient {
    uint32_t struct_size;
    uint32_t notify;
    wp_str address; /* without angle brackets, as received */
    wp_str orcpt;   /* RFC 3461 "type;address", decoded; may be empty */
} wp_recipient;

/* What commit tells. The arrays are the caller's, with one place for each accepted recipient, in
 * order. */
typedef struct wp_receipt {
    uint32_t struct_size;
    uint32_t result_count; /* in: places; out: filled */
    uint64_t message;      /* id of the message in the log */
    wp_error* results;     /* per recipient with WP_CLIENT_FINAL; may be null otherwise */
} wp_receipt;

typedef struct wp_tx wp_tx;

typedef struct wp_host_ingress {
    uint32_t struct_size;
    uint32_t reserved;
    /*
     * [any] Starts a transaction; filters that look at the sender may make it pending. Refuses by
     * WP_BUSY (too many), WP_PERMFAIL (declared size), WP_TEMPFAIL.
     */
    wp_status (*open)(const wp_host* host, const wp_client* client, const wp_sender* sender,
                      wp_tx** tx, wp_error* error, wp_done done);
    /* [any] The verdict for one recipient: WP_OK accepted; everything else refused, error says how
     * to answer. */
    wp_status (*recipient)(wp_tx* tx, const wp_recipient* recipient, wp_error* error, wp_done done);
    /*
     * [any] Copies bytes of the message (CRLF lines, transparency removed). WP_BUSY: over the
     * ingest budget, nothing taken: wait with ready, then repeat. WP_PERMFAIL: over the size limit;
     * later bytes are ignored.
     */
    wp_status (*append)(wp_tx* tx, wp_bytes bytes, wp_error* error);
    wp_status (*ready)(wp_tx* tx, wp_done done);
    /* [any] Ends the transaction; tx is gone when this returns anything but WP_PENDING, or when
     * done is called. */
    wp_status (*commit)(wp_tx* tx, wp_receipt* receipt, wp_error* error, wp_done done);
    /* [any] Ends it without a trace. Not while a call is pending. */
    void (*abort)(wp_tx* tx);
} wp_host_ingress;

#ifdef __cplusplus
}
#endif

#endif
