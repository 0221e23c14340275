// SPDX-License-Identifier: Apache-2.0
// The documentation of every key, as Markdown, from the tables that the checks use.
#pragma once

#include "config/check.hpp"

#include <string>

namespace waypost::kernel::config {

/// docs/operations/configuration.md: the kernel's sections and the keys of every plugin section.
std::string reference();

/// The section of one plugin; for `waypost plugins` and for the plugins' chapter of the reference.
std::string plugin_reference(std::string_view plugin, std::string_view summary, key_span keys);

} // namespace waypost::kernel::config
