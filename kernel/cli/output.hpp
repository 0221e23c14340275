// SPDX-License-Identifier: Apache-2.0
// How answers look: tables with aligned columns, one "key  value" a line for a single thing, or
// JSON. What comes from outside is printed without control characters: a name must not drive the
// terminal.
#pragma once

#include "cli/session.hpp"

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::cli {

struct column {
    std::string title;
    std::string key; // of the row
};

/// Empty: `nothing` in place of the table.
void print_table(std::ostream& out, const std::vector<column>& columns,
                 const std::vector<json>& rows, std::string_view nothing);
/// Keys of an object, nested ones indented.
void print_fields(std::ostream& out, const json& object, std::size_t indent = 0);
void print_json(std::ostream& out, const json& value);

/// A text without quotes, lists joined by ", ", "-" for null.
std::string cell(const json& value);
/// Control characters as \x1b, so that they do nothing.
std::string harmless(std::string_view text);
/// Columns a terminal needs: code points of UTF-8.
std::size_t width(std::string_view text);

} // namespace waypost::kernel::cli
