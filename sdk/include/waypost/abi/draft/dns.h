/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wp.dns/1: changes DNS data of zones we may change. wp.resolver/1: answers DNS questions. Draft.
 *
 * Records are text: owner, type and rdata in presentation format, so that no wire format crosses
 * the boundary. wp.host.resolver/1: the resolver of this site, for plugins.
 */
#ifndef WAYPOST_ABI_DRAFT_DNS_H
#define WAYPOST_ABI_DRAFT_DNS_H

#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_DNS "wp.dns/1"
#define WP_RESOLVER "wp.resolver/1"

typedef struct wp_record {
    uint32_t struct_size;
    uint32_t ttl_seconds;
    wp_str owner; /* absolute, without the final dot, A-labels */
    wp_str type;  /* "MX" */
    wp_str data;  /* "10 mail.example.com." */
} wp_record;

#define WP_DNS_REQUIRE 1        /* the record set exists and holds exactly these (RFC 2136 s2.4) */
#define WP_DNS_REQUIRE_ABSENT 2 /* no record of that owner and type */
#define WP_DNS_ADD 3
#define WP_DNS_REMOVE 4 /* that record; empty data: the whole set */

typedef struct wp_dns_change {
    uint32_t struct_size;
    int32_t kind;
    wp_record record;
} wp_dns_change;

#define WP_DNS_ZONE_CREATE 1u
#define WP_DNS_RECORDS 2u
#define WP_DNS_PRINT_ONLY 4u /* a person must do it: verify by reading back */

typedef struct wp_dns {
    uint32_t struct_size;
    uint32_t abilities;
    /* [worker] The zone that holds a name and that this updater may change; empty: none. *zone is
     * valid until stop. */
    wp_status (*zone_of)(void* self, wp_str name, wp_str* zone, wp_error* error);
    /* [worker] WP_OK also for one that this updater made before. WP_EXISTS: somebody else's. */
    wp_status (*create_zone)(void* self, wp_str zone, wp_error* error);
    /*
     * [worker] All or nothing in one zone; a requirement that does not hold is WP_CONFLICT. The
     * same key again is answered like the first time. WP_OK is no proof: the caller reads back.
     */
    wp_status (*apply)(void* self, wp_str zone, wp_str key, const wp_dns_change* changes,
                       uint64_t count, wp_error* error);
    /* [worker] What the authoritative servers of the zone say, into caller's rows; *count in: room,
     * out: needed. The texts are valid until the same thread reads again, or stop. */
    wp_status (*read)(void* self, wp_str zone, wp_str owner, wp_str type, wp_record* rows,
                      uint64_t* count, wp_error* error);
    /* [worker] A zone that create_zone made; one that is not there is WP_OK. WP_CONFLICT: it is
     * somebody else's, and stays. May be null. */
    wp_status (*remove_zone)(void* self, wp_str zone, wp_error* error);
} wp_dns;

#define WP_SECURITY_INSECURE 0
#define WP_SECURITY_SECURE 1 /* DNSSEC validated */
#define WP_SECURITY_BOGUS 2

/* An answer, owned by the resolver until `release`. */
typedef struct wp_answer {
    uint32_t struct_size;
    int32_t security;
    int32_t rcode;
    uint32_t ttl_seconds;
    wp_str canonical; /* after CNAMEs */
    const wp_record* records;
    uint64_t record_count;
    void* impl;
} wp_answer;

typedef struct wp_resolver {
    uint32_t struct_size;
    uint32_t reserved;
    /* [any] WP_NOT_FOUND: no such name or no such type (rcode tells); WP_TEMPFAIL: no answer in
     * time. */
    wp_status (*resolve)(void* self, wp_str name, wp_str type, int64_t deadline_ns,
                         const wp_answer** answer, wp_error* error, wp_done done);
    void (*release)(void* self, const wp_answer* answer);
} wp_resolver;

#define WP_HOST_RESOLVER "wp.host.resolver/1"

/* What plugins ask: the resolver plugin that the site has; none: WP_UNSUPPORTED. */
typedef struct wp_host_resolver {
    uint32_t struct_size;
    uint32_t reserved;
    /* [any] As wp_resolver.resolve. */
    wp_status (*resolve)(const wp_host* host, wp_str name, wp_str type, int64_t deadline_ns,
                         const wp_answer** answer, wp_error* error, wp_done done);
    void (*release)(const wp_host* host, const wp_answer* answer);
} wp_host_resolver;

#ifdef __cplusplus
}
#endif

#endif
