/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of a plugin instance: declared keys with types and defaults (checked and documented
 * by the host), and read access to one immutable set of values. Frozen in ABI 1.
 */
#ifndef WAYPOST_ABI_CONFIG_H
#define WAYPOST_ABI_CONFIG_H

#include <waypost/abi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_CONFIG_TEXT 1
#define WP_CONFIG_INTEGER 2
#define WP_CONFIG_BOOLEAN 3
#define WP_CONFIG_DURATION 4 /* "30s", "5m", "1h", "2d"; read as nanoseconds */
#define WP_CONFIG_SIZE 5     /* "64KiB", "10MiB"; read as bytes */
#define WP_CONFIG_PATH 6     /* relative paths start at the configuration's state directory */
#define WP_CONFIG_LIST 7     /* of texts */

#define WP_CONFIG_REQUIRED 1u /* no default: must be set */
#define WP_CONFIG_SECRET 2u   /* value is never printed */
#define WP_CONFIG_RELOADABLE                                                                       \
    4u /* reconfigure can change it; otherwise a change needs a restart                            \
        */

/* One key a plugin reads. The documentation and the checks come from here and nowhere else. */
typedef struct wp_config_key {
    const char* name; /* lower case, words joined by '_' */
    int32_t type;     /* WP_CONFIG_* */
    uint32_t flags;
    /*
     * Default as written in the configuration ("30s"; lists: comma-separated), or null.
     * "=site.hostname": the value of that key of the kernel.
     */
    const char* fallback;
    const char* help; /* one or two sentences; with the unit and the effect */
    int64_t
        minimum; /* of integer, duration (ns) and size (bytes); ignored when maximum < minimum */
    int64_t maximum;
} wp_config_key;

/* One immutable set of values, complete: a key that was not set has its default. */
typedef struct wp_config wp_config;

/* wp.host.config/1. All functions [any]; an undeclared key or another type gives the zero value. */
typedef struct wp_host_config {
    uint32_t struct_size;
    uint32_t reserved;
    wp_str (*text)(const wp_config* config, const char* key);
    int64_t (*integer)(const wp_config* config, const char* key); /* also boolean, duration, size */
    uint64_t (*list_size)(const wp_config* config, const char* key);
    wp_str (*list_item)(const wp_config* config, const char* key, uint64_t index);
} wp_host_config;

#define WP_HOST_CONFIG "wp.host.config/1"

#ifdef __cplusplus
}
#endif

#endif
