/* SPDX-License-Identifier: Apache-2.0 */
/* Calls a function that nobody has. */
#include "fixture.h"

int nowhere_to_be_found(void);
__attribute__((used)) static int ask(void) {
    return nowhere_to_be_found();
}
