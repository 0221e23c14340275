/* SPDX-License-Identifier: Apache-2.0 */
/* A descriptor that is shorter than ABI 1.0 has it. */
#define FIXTURE_SIZE 64
#include "fixture.h"
