/* SPDX-License-Identifier: Apache-2.0 */
/* The note and the descriptor name different plugins. */
#define FIXTURE_DESCRIPTOR_ID "org.waypost.test.other"
#include "fixture.h"
