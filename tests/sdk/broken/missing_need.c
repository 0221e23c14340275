/* SPDX-License-Identifier: Apache-2.0 */
/* Needs a service that this kernel does not have. */
#define FIXTURE_NEEDS WP_HOST_LOG, "wp.host.telepathy/1", NULL
#include "fixture.h"
