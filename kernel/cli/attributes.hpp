// SPDX-License-Identifier: Apache-2.0
// NAME=VALUE as an operator writes changes of an entry: "=" replaces, "+=" adds, "-=" removes,
// "NAME=" alone removes the attribute. The same name several times gives it several values.
#pragma once

#include "cli/session.hpp"

#include <string>
#include <vector>

namespace waypost::kernel::cli {

/// The argument "attributes" of a call.
result<json> parse_attributes(const std::vector<std::string>& words);

} // namespace waypost::kernel::cli
