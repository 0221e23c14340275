/* SPDX-License-Identifier: Apache-2.0 */
/* Built for an ABI that this kernel does not speak. */
#define FIXTURE_MAJOR 2
#include "fixture.h"
