/* SPDX-License-Identifier: Apache-2.0 */
/* Leaves out a function that is not optional. */
#define FIXTURE_START NULL
#include "fixture.h"
