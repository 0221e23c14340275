/* SPDX-License-Identifier: Apache-2.0 */
/* All stable headers of the plugin boundary. A plugin written in C includes this one. */
#ifndef WAYPOST_ABI_H
#define WAYPOST_ABI_H

#include <waypost/abi/base.h>
#include <waypost/abi/config.h>
#include <waypost/abi/host.h>
#include <waypost/abi/note.h>
#include <waypost/abi/plugin.h>

#endif
