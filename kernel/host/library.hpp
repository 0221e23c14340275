// SPDX-License-Identifier: Apache-2.0
// Shared objects in this process: loaded once by Boost.DLL, never unloaded.
#pragma once

#include "host/file_policy.hpp"

#include <waypost/abi/plugin.h>

namespace waypost::kernel::host {

/// Loads the file through its checked descriptor and returns its descriptor constant. The same file
/// twice gives the same constant. thread-safe.
result<const wp_plugin*> load_library(plugin_file& file);

} // namespace waypost::kernel::host
