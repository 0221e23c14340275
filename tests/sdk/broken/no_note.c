/* SPDX-License-Identifier: Apache-2.0 */
/* A shared object with the right symbol and no note. */
#define FIXTURE_NO_NOTE 1
#include "fixture.h"
