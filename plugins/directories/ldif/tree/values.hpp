// SPDX-License-Identifier: Apache-2.0
// When two values of an attribute are the same value: without a schema at hand, a short list of
// names says which attributes hold names (DN) and which are case-exact; all others ignore case and
// outer or doubled spaces.
#pragma once

#include <string>
#include <string_view>

namespace waypost::ldif {

/// Equal values have equal keys.
std::string value_key(std::string_view attribute, std::string_view value);

bool same_value(std::string_view attribute, std::string_view a, std::string_view b);

} // namespace waypost::ldif
