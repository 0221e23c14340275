/* SPDX-License-Identifier: Apache-2.0 */
/* Has the note and exports nothing. */
#define waypost_plugin_v1 waypost_plugin_v0
#include "fixture.h"
