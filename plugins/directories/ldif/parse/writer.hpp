// SPDX-License-Identifier: Apache-2.0
// Writes LDIF, RFC 2849: folded at 76 columns, base64 where a value is not a SAFE-STRING. Pure.
#pragma once

#include "parse/record.hpp"

#include <string>
#include <string_view>

namespace waypost::ldif {

/// `name: value` or `name:: base64`, folded, with its line end.
void append_line(std::string& out, std::string_view name, std::string_view value);

/// A whole record with the blank line behind it; its comment goes above it.
void append_record(std::string& out, const record& what);

} // namespace waypost::ldif
