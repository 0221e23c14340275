// SPDX-License-Identifier: Apache-2.0
// The valid name that a wrong one is nearest to, for "did you mean".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace waypost::kernel::config {

/// Empty when none is near: more than a third of the longer name would have to change (at least one
/// letter may).
std::string nearest(std::string_view wrong, std::span<const std::string> valid);

/// Insertions, deletions, replacements and swaps of neighbours that make one text of the other.
std::size_t edit_distance(std::string_view left, std::string_view right);

} // namespace waypost::kernel::config
