/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plugin is: an ELF note, read before the file is loaded, and one exported constant,
 * waypost_plugin_v1. Frozen in ABI 1.
 *
 * Lifecycle of an instance (one shared object may have several):
 *   create -> start -> [reconfigure]* -> drain -> stop -> destroy
 *
 * A set of configuration values and its texts live until destroy, also after a reconfigure brought
 * a new one. Before stop the host ends what it owes the instance or answers WP_STOPPING. Before
 * stop returns the instance completes all that is pending with it, its threads end, and it calls
 * nobody again. Between stop and destroy only functions that end a handle are called (unref,
 * release, close, done_with); destroy comes when all handles are back. What takes long belongs into
 * drain; stop is not held to the second of [control].
 */
#ifndef WAYPOST_ABI_PLUGIN_H
#define WAYPOST_ABI_PLUGIN_H

#include <waypost/abi/base.h>
#include <waypost/abi/config.h>
#include <waypost/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Content of the note: section .note.waypost, owner "Waypost", type 1. 64 bytes, no relocations. */
typedef struct wp_note {
    uint16_t abi_major;
    uint16_t abi_minor;
    char id[60]; /* terminated; equals wp_plugin.id */
} wp_note;

#define WP_NOTE_OWNER "Waypost"
#define WP_NOTE_TYPE 1

typedef struct wp_plugin {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    const char* id;      /* "org.waypost.smtp" */
    const char* version; /* of the plugin */
    const char* vendor;
    const char* license; /* SPDX expression */
    const char* summary; /* one line for `waypost plugins` */
    const char* sdk_version;
    const char* const* provides; /* facets, "wp.channel/1"; null-terminated */
    const char* const*
        needs; /* host services it cannot live without; refused at load when one is missing */
    const wp_config_key* config; /* keys it reads; the configuration is checked against them */
    uint64_t config_count;

    /* [control] Makes an instance. No threads, no I/O that can block for long. */
    wp_status (*create)(const wp_host* host, wp_str instance, const wp_config* config, void** self,
                        wp_error* error);
    /* [control] Starts threads, listeners, first reads. */
    wp_status (*start)(void* self, wp_error* error);
    /* [control] Takes no new work and finishes what runs, until deadline_ns (CLOCK_MONOTONIC). */
    wp_status (*drain)(void* self, int64_t deadline_ns, wp_done done);
    /* [control] Ends all threads of the instance. After the return nobody calls anybody. */
    void (*stop)(void* self);
    /* [control] Frees the instance. */
    void (*destroy)(void* self);
    /* [control] Optional. Checks all of the new configuration, then switches to it; on error the
     * old one stays. */
    wp_status (*reconfigure)(void* self, const wp_config* config, wp_error* error);
    /* [any] The vtable of a facet this instance provides, or null. Lives until destroy. */
    const void* (*facet)(void* self, const char* id);
} wp_plugin;

/* Every plugin exports exactly this symbol and no other. */
extern const wp_plugin waypost_plugin_v1;

#ifdef __cplusplus
}
#endif

#endif
