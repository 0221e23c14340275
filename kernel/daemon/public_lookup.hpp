// SPDX-License-Identifier: Apache-2.0
// One question to the resolver of this site, waiting for the answer.
#pragma once

#include "daemon/resolver_service.hpp"

#include <waypost/result.hpp>

#include <string>
#include <vector>

namespace waypost::kernel::daemon {

/// See provisioning::public_lookup. Thread-safe; blocks up to ten seconds.
result<std::vector<std::string>> look_up(resolver_service& names, const std::string& name,
                                         const std::string& type);

} // namespace waypost::kernel::daemon
