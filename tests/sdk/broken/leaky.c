/* SPDX-License-Identifier: Apache-2.0 */
/* Exports more than the one symbol: built without the version script. */
#include "fixture.h"

WP_EXPORT int leaked_symbol(void);
int leaked_symbol(void) {
    return 1;
}
