// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace waypost::kernel::cli {
namespace {

void print_row(std::ostream& out, const std::vector<std::string>& cells,
               const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        line += cells[i];
        if (i + 1 < cells.size()) {
            line.append(widths[i] - width(cells[i]) + 2, ' ');
        }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
}

} // namespace

void print_table(std::ostream& out, const std::vector<column>& columns,
                 const std::vector<json>& rows, std::string_view nothing) {
    if (rows.empty()) {
        out << nothing << '\n';
        return;
    }
    std::vector<std::vector<std::string>> cells(1);
    for (const auto& one : columns) {
        cells[0].push_back(one.title);
    }
    for (const auto& row : rows) {
        auto& line = cells.emplace_back();
        for (const auto& one : columns) {
            line.push_back(cell(row.is_object() ? row.value(one.key, json()) : json()));
        }
    }
    std::vector<std::size_t> widths(columns.size());
    for (const auto& line : cells) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            widths[i] = std::max(widths[i], width(line[i]));
        }
    }
    for (const auto& line : cells) {
        print_row(out, line, widths);
    }
}

void print_fields(std::ostream& out, const json& object, std::size_t indent) {
    std::size_t longest = 0;
    for (const auto& [key, value] : object.items()) {
        longest = std::max(longest, width(key));
    }
    const std::string margin(indent, ' ');
    for (const auto& [key, value] : object.items()) {
        const bool nested =
            value.is_object() || (value.is_array() && !value.empty() && value[0].is_object());
        if (!nested) {
            out << margin << harmless(key) << std::string(longest - width(key) + 2, ' ')
                << cell(value) << '\n';
            continue;
        }
        out << margin << harmless(key) << '\n';
        if (value.is_object()) {
            print_fields(out, value, indent + 2);
            continue;
        }
        for (const auto& item : value) {
            print_fields(out, item, indent + 2);
            out << (&item != &value.back() ? "\n" : "");
        }
    }
}

void print_json(std::ostream& out, const json& value) {
    out << value.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

std::string cell(const json& value) {
    if (value.is_null()) {
        return "-";
    }
    if (value.is_string()) {
        const std::string text = harmless(value.get<std::string>());
        return text.empty() ? "-" : text;
    }
    if (value.is_boolean()) {
        return value.get<bool>() ? "yes" : "no";
    }
    if (value.is_array()) {
        std::string joined;
        for (const auto& item : value) {
            joined += (joined.empty() ? "" : ", ") + cell(item);
        }
        return joined.empty() ? "-" : joined;
    }
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string harmless(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool c1 =
            byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (byte < 0x20 || byte == 0x7f) {
            made += fmt::format("\\x{:02x}", byte);
        } else if (c1) { // U+0080 to U+009F drive terminals too
            made += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
        } else {
            made.push_back(text[i]);
        }
    }
    return made;
}

std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
        return (static_cast<unsigned char>(letter) & 0xc0U) != 0x80U;
    }));
}

} // namespace waypost::kernel::cli
