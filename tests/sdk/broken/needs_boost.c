/* SPDX-License-Identifier: Apache-2.0 */
/* Linked with a Boost library. */
#include "fixture.h"
