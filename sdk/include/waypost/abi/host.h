/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host offers to a plugin instance: services, asked for by id. Frozen in ABI 1: wp_host,
 * log, listen (config is in config.h). Services in draft/ have their final ids and may still get
 * new revisions.
 */
#ifndef WAYPOST_ABI_HOST_H
#define WAYPOST_ABI_HOST_H

#include <waypost/abi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One per instance; valid from create until destroy returns. */
typedef struct wp_host wp_host;
struct wp_host {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    void* impl; /* the host's own */
    /* [any] The vtable of a service ("wp.host.log/1") or null. Lives as long as the host. */
    const void* (*service)(const wp_host* host, const char* id);
};

/* --- wp.host.log/1 --- */
#define WP_HOST_LOG "wp.host.log/1"

#define WP_LOG_DEBUG 10
#define WP_LOG_INFO 20
#define WP_LOG_NOTICE 30
#define WP_LOG_WARNING 40
#define WP_LOG_ERROR 50
#define WP_LOG_FAULT 60 /* a bug */

typedef struct wp_host_log {
    uint32_t struct_size;
    uint32_t reserved;
    /* [any] False: writing at this level does nothing, spare the formatting. */
    int32_t (*enabled)(const wp_host* host, int32_t level);
    /* [any] One line. Fields are structured ("peer" = "192.0.2.1:25"). Secrets are never logged. */
    void (*write)(const wp_host* host, int32_t level, wp_str text, const wp_pair* fields,
                  uint64_t count);
} wp_host_log;

/* --- wp.host.listen/1 --- */
#define WP_HOST_LISTEN "wp.host.listen/1"

typedef struct wp_host_listen {
    uint32_t struct_size;
    uint32_t reserved;
    /*
     * [control] Opens a listening socket: "127.0.0.1:25", "[::1]:25", "*:25" or
     * "unix:/run/waypost/lmtp". The host binds with its own privilege. The descriptor is
     * non-blocking, close-on-exec, and belongs to the caller. A plugin that opens the same endpoint
     * again after a restart of the instance gets the same queue of connections. Port 0 picks a free
     * one; the kernel's status lists what was bound.
     */
    wp_status (*open)(const wp_host* host, wp_str endpoint, int32_t* fd, wp_error* error);
} wp_host_listen;

#ifdef __cplusplus
}
#endif

#endif
