/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message's bytes, held by reference. Either side may implement it: the kernel for messages in
 * its log, a store plugin for messages it keeps elsewhere. Draft.
 */
#ifndef WAYPOST_ABI_DRAFT_CONTENT_H
#define WAYPOST_ABI_DRAFT_CONTENT_H

#include <waypost/abi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wp_content wp_content;
struct wp_content {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t size; /* bytes in all, prefix included */
    /* [any] The holder of a reference may use the content and every piece read from it until unref.
     */
    void (*ref)(wp_content* content);
    void (*unref)(wp_content* content);
    /*
     * [any] Pieces that follow each other from `offset`, at most `length` bytes and `max_pieces` of
     * them, in place, without copying; *count tells how many were set. They may cover less than was
     * asked; ask again behind them. WP_PENDING only where the bytes are not on this machine.
     */
    wp_status (*read)(wp_content* content, uint64_t offset, uint64_t length, wp_bytes* pieces,
                      uint64_t max_pieces, uint64_t* count, wp_error* error, wp_done done);
};

#ifdef __cplusplus
}
#endif

#endif
