/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin in C with nothing wrong. */
#include "../broken/fixture.h"
