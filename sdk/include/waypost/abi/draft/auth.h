/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wp.host.auth/1: the login flow of every service, in the kernel: domain active, user active, user
 * within the domain, service allowed, password valid. Draft.
 */
#ifndef WAYPOST_ABI_DRAFT_AUTH_H
#define WAYPOST_ABI_DRAFT_AUTH_H

#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_HOST_AUTH "wp.host.auth/1"

/* Who somebody is, opaque; made by authentication, reference counted, immutable. */
typedef struct wp_principal wp_principal;

typedef struct wp_credentials {
    uint32_t struct_size;
    uint32_t flags;   /* WP_CLIENT_TLS */
    wp_str service;   /* "imap", "imaps", "pop3", "pop3s", "smtp" */
    wp_str client;    /* address of the peer */
    wp_str host_name; /* name the client asked for by SNI: gives the default login domain; may be
                         empty */
    wp_str mechanism; /* "PLAIN"; others: token below */
    wp_str name;      /* login name */
    wp_str authorize; /* act as; empty: as `name` */
    wp_str secret;    /* password; never logged, wiped by the host after use */
} wp_credentials;

typedef struct wp_host_auth {
    uint32_t struct_size;
    uint32_t reserved;
    /*
     * [any] WP_OK: *principal is held by the caller. WP_DENIED: one wording for every "no" (the log
     * says which). WP_TEMPFAIL: the directory is away; never "wrong password".
     */
    wp_status (*login)(const wp_host* host, const wp_credentials* credentials,
                       wp_principal** principal, wp_error* error, wp_done done);
    void (*ref)(wp_principal* principal);
    void (*unref)(wp_principal* principal);
    /* [any] Canonical account, "ann@example.com". Lives as long as the principal. */
    wp_str (*account)(const wp_principal* principal);
} wp_host_auth;

#ifdef __cplusplus
}
#endif

#endif
