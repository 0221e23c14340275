/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wp.routes/1: generates rows of the routing and alias tables, from directory entries, from DNS or
 * from the operator's own list. Each row names its source, so that `waypost route` can explain a
 * decision. Draft.
 */
#ifndef WAYPOST_ABI_DRAFT_ROUTES_H
#define WAYPOST_ABI_DRAFT_ROUTES_H

#include <waypost/abi/draft/directory.h>
#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_ROUTES "wp.routes/1"

/* wp_route.kind */
#define WP_ROUTE_HOSTED 1 /* local part must be in the alias table */
#define WP_ROUTE_RELAY 2  /* to next_hop by channel */
#define WP_ROUTE_ALIAS 3  /* rewrite the domain to target, then again */

/* wp_route.state and wp_alias.state: effective status of domain and of entry (precedence is the
 * kernel's) */
#define WP_STATE_ACTIVE 0
#define WP_STATE_INACTIVE 1
#define WP_STATE_DISABLED 2
#define WP_STATE_DELETED 3
#define WP_STATE_REMOVED 4
#define WP_STATE_HOLD 5
#define WP_STATE_OVERQUOTA 6

typedef struct wp_source {
    wp_str origin;    /* DN, DNS name or file:line */
    wp_str attribute; /* attribute or record type */
} wp_source;

typedef struct wp_route {
    uint32_t struct_size;
    int32_t kind;
    int32_t state;
    uint32_t reserved;
    wp_str domain;  /* folded, A-labels */
    wp_str target;  /* alias: domain; relay: next hop */
    wp_str channel; /* relay; empty: default */
    wp_str catch_all;
    wp_str smart_host; /* where users not found go */
    wp_source source;
} wp_route;

/* wp_alias.kind */
#define WP_ALIAS_USER 1
#define WP_ALIAS_GROUP 2
#define WP_ALIAS_FORWARD 3 /* mailRoutingAddress: goes there and nowhere else */

typedef struct wp_alias {
    uint32_t struct_size;
    int32_t kind;
    wp_str address; /* folded */
    wp_str dn;      /* the entry */
    wp_str target;  /* forward: address */
    wp_source source;
} wp_alias;

/* What the host gives: one domain, its entries, and the entries below it, in batches. */
typedef struct wp_route_input {
    uint32_t struct_size;
    uint32_t reserved;
    void* ctx;
    wp_str
        domain; /* the domain to generate for; empty: everything (tables not from the directory) */
    const wp_entry* nodes; /* its domain entries: DC node, organization node, parents, aliases */
    uint64_t node_count;
    /* Up to `room` entries of users and groups, valid until the next call; *count 0 at the end. The
     * first of `entries` comes with its struct_size. */
    wp_status (*next)(void* ctx, wp_entry* entries, uint64_t room, uint64_t* count);
} wp_route_input;

typedef struct wp_route_output {
    uint32_t struct_size;
    uint32_t reserved;
    void* ctx;
    wp_status (*routes)(void* ctx, const wp_route* rows, uint64_t count);
    wp_status (*aliases)(void* ctx, const wp_alias* rows, uint64_t count);
} wp_route_output;

#define WP_HOST_ROUTES "wp.host.routes/1"

/* For generators whose rows come from elsewhere than the directory. */
typedef struct wp_host_routes {
    uint32_t struct_size;
    uint32_t reserved;
    /* [any] The rows that the caller gives for the empty domain are others now: all generators are
     * asked for theirs again, soon and on a worker. */
    void (*changed)(const wp_host* host);
} wp_host_routes;

typedef struct wp_routes {
    uint32_t struct_size;
    int32_t priority; /* of conflicting rows the lower number wins; equal: configuration order */
    /* [worker] Rows of one domain, or for the empty domain those of the caller's own source. Does
     * not wait for anything. */
    wp_status (*generate)(void* self, const wp_route_input* input, const wp_route_output* output,
                          wp_error* error);
} wp_routes;

#ifdef __cplusplus
}
#endif

#endif
