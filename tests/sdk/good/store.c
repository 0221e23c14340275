/* SPDX-License-Identifier: Apache-2.0 */
/* A second plugin in C, which says that it is a store. */
#define FIXTURE_ID "org.waypost.test.store"
#define FIXTURE_PROVIDES "wp.store/1"
#include "../broken/fixture.h"
