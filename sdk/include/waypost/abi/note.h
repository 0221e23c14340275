/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ELF note as bytes in the file, and the macro with which a plugin in C emits it:
 *
 *     WP_PLUGIN_NOTE("org.example.flat")
 *
 * The host reads the note before it loads the file, so that no code of a wrong plugin ever runs.
 */
#ifndef WAYPOST_ABI_NOTE_H
#define WAYPOST_ABI_NOTE_H

#include <waypost/abi/plugin.h>

/* Header, owner and content of the note. Frozen, never grows. */
typedef struct wp_elf_note {
    uint32_t owner_size; /* with the terminator: 8 */
    uint32_t content_size;
    uint32_t type;
    char owner[8];
    wp_note content;
} wp_elf_note;

#define WP_NOTE_SECTION __attribute__((section(".note.waypost"), used, aligned(4)))

#define WP_PLUGIN_NOTE(id_text)                                                                    \
    static const wp_elf_note wp_plugin_note WP_NOTE_SECTION = {                                    \
        sizeof(WP_NOTE_OWNER),                                                                     \
        sizeof(wp_note),                                                                           \
        WP_NOTE_TYPE,                                                                              \
        WP_NOTE_OWNER,                                                                             \
        {WP_ABI_MAJOR, WP_ABI_MINOR, id_text}};

/* Makes the one symbol that a plugin exports visible, whatever the compiler's default is. */
#define WP_EXPORT __attribute__((visibility("default"), used))

#endif
