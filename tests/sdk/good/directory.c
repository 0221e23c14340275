/* SPDX-License-Identifier: Apache-2.0 */
/* A third plugin in C, which says that it is a directory. */
#define FIXTURE_ID "org.waypost.test.directory"
#define FIXTURE_PROVIDES "wp.directory/1"
#include "../broken/fixture.h"
