// SPDX-License-Identifier: Apache-2.0
// What one key cannot say alone: words to choose from, and keys that contradict each other.
#pragma once

#include "config/settings.hpp"

namespace waypost::kernel::config {

void check_rules(const settings& all, std::vector<problem>& problems);

} // namespace waypost::kernel::config
