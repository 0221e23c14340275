/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base types of the plugin boundary. Frozen in ABI 1.
 *
 * Header law: C11, <stddef.h> and <stdint.h> only; fixed-width integers, pointers and function
 * pointers; no bool, enum, long or bit-field members; every struct that may grow starts with
 * struct_size; no implicit padding. Enumerators are appended, never inserted; a reader treats an
 * unknown value as its comment says.
 *
 * Growth: elements of an array lie struct_size of the first one apart; all have the same size
 * (WP_AT). A struct without struct_size, or contained by value in another struct, never grows.
 * Writers zero `reserved` and members they do not know; readers ignore `reserved` and unknown flag
 * bits; zero in an appended member means "as before". The struct_size of an output is the caller's:
 * nothing is written behind it. A function pointer that is not called optional is set.
 *
 * Ownership: every pointer argument is borrowed until the call returns (in a completion: until the
 * completion function returns). Nothing allocated on one side is freed by the other.
 *
 * Thread tags used in all headers:
 *   [control]  the instance's control strand: serialised, returns within 1 s
 *   [worker]   the host's worker pool: concurrent up to the instance's cap, may block
 *   [commit]   the committer: serialised in log order, must not block on I/O, on peers or on locks
 *              that are held elsewhere
 *   [any]      any thread; waits for no disk, peer or long-held lock
 *
 * Asynchrony: a function that takes a wp_done returns its result at once (then `done` is never
 * called), or WP_PENDING and calls `done` exactly once, later, from another stack and an
 * unspecified thread. All arguments, what they point to, and the outputs stay valid until then, and
 * only the completion's error counts. A completion may run on another thread before the call
 * returned WP_PENDING; it does not wait, and it may call anything that is [any].
 */
#ifndef WAYPOST_ABI_BASE_H
#define WAYPOST_ABI_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WP_ABI_MAJOR 1
#define WP_ABI_MINOR 0

/* Borrowed text, any bytes, not terminated. data may be null when size is 0. Frozen, never grows.
 */
typedef struct wp_str {
    const char* data;
    size_t size;
} wp_str;

/* Borrowed bytes. Frozen, never grows. */
typedef struct wp_bytes {
    const unsigned char* data;
    size_t size;
} wp_bytes;

typedef int32_t wp_status;

/* An unknown positive value is treated as WP_TEMPFAIL, an unknown negative one as WP_BUG. */
#define WP_OK 0
#define WP_PENDING 1     /* the completion will tell */
#define WP_NOT_FOUND 2   /* the thing named does not exist; an answer, not a failure */
#define WP_TEMPFAIL 3    /* try again later; nothing was changed */
#define WP_PERMFAIL 4    /* will not work however often it is tried */
#define WP_INVALID 5     /* the arguments are wrong */
#define WP_UNSUPPORTED 6 /* this implementation does not do that */
#define WP_BUSY 7        /* over a limit; wait or go away */
#define WP_STOPPING 8    /* the instance or the daemon is stopping */
#define WP_DENIED 9      /* known, and not allowed */
#define WP_EXISTS 10     /* the thing to create exists */
#define WP_CONFLICT 11   /* changed since the caller looked */
#define WP_OVERQUOTA 12  /* quota of user or domain */
#define WP_BUG (-1)      /* a broken invariant; counted and logged as a fault of the callee */

/* What went wrong, for a person and for a mail client. Caller-allocated; the callee fills what it
 * knows. Frozen, never grows. */
typedef struct wp_error {
    uint32_t struct_size;
    wp_status status;
    uint16_t smtp;        /* reply code, 0: derive from status */
    uint16_t enhanced[3]; /* RFC 3463 class, subject, detail; class 0: derive from status */
    char text[240];       /* UTF-8, terminated, without line breaks */
} wp_error;

/* Completion. Frozen, never grows. error may be null when status is WP_OK. */
typedef struct wp_done {
    void (*fn)(void* ctx, wp_status status, const wp_error* error);
    void* ctx;
} wp_done;

/* A key and its value. Frozen, never grows. */
typedef struct wp_pair {
    wp_str key;
    wp_str value;
} wp_pair;

/* True when the struct at p is new enough to have member m and the pointer there is set. */
#define WP_HAS(p, m)                                                                               \
    ((p) && offsetof(__typeof__(*(p)), m) + sizeof((p)->m) <= (p)->struct_size && (p)->m)

/* True when the struct at p is new enough to have member m. */
#define WP_KNOWS(p, m) (offsetof(__typeof__(*(p)), m) + sizeof((p)->m) <= (p)->struct_size)

/* Element i of an array of structs with struct_size, whatever size its maker gave them. */
#define WP_AT(array, i)                                                                            \
    ((__typeof__(&(array)[0]))((uintptr_t)(array) + (uintptr_t)(i) * (array)->struct_size))

#ifdef __cplusplus
}
#endif

#endif
