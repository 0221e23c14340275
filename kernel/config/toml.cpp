// SPDX-License-Identifier: Apache-2.0
// The one place that knows toml++. Dotted keys nest without a limit there, so lines are bounded
// first.
#include "config/toml.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>
#pragma GCC diagnostic pop

namespace waypost::kernel::config {
namespace {

position place(const toml::source_region& where) {
    return {static_cast<std::uint32_t>(where.begin.line),
            static_cast<std::uint32_t>(where.begin.column)};
}

node convert(const toml::node& from);

void convert_members(const toml::table& table, node& to) {
    to.members.reserve(table.size());
    for (const auto& [key, value] : table)
        to.members.push_back({std::string(key.str()), place(key.source()), convert(value)});
}

void convert_items(const toml::array& array, node& to) {
    to.items.reserve(array.size());
    for (const auto& item : array)
        to.items.push_back(convert(item));
}

node convert(const toml::node& from) {
    node to;
    to.at = place(from.source());
    if (const auto* text = from.as_string()) {
        to.kind = node_kind::text;
        to.text = text->get();
    } else if (const auto* integer = from.as_integer()) {
        to.kind = node_kind::integer;
        to.integer = integer->get();
    } else if (const auto* boolean = from.as_boolean()) {
        to.kind = node_kind::boolean;
        to.integer = boolean->get() ? 1 : 0;
    } else if (const auto* array = from.as_array()) {
        to.kind = node_kind::list;
        convert_items(*array, to);
    } else if (const auto* table = from.as_table()) {
        to.kind = node_kind::table;
        convert_members(*table, to);
    } else {
        to.text = from.is_floating_point() ? "a number with a fraction" : "a date or time";
    }
    return to;
}

/// What must not reach the parser, or nothing.
std::string refuse(std::string_view text, position& at) {
    if (text.size() > largest_file)
        return "the file is larger than 4 MiB; is it the right one?";
    std::uint32_t line = 1;
    for (std::size_t start = 0; start < text.size(); ++line) {
        const auto end = std::min(text.find('\n', start), text.size());
        if (end - start > longest_line) {
            at = {line, 1};
            return "the line is longer than 4096 octets; write a long list over several lines";
        }
        start = end + 1;
    }
    return {};
}

} // namespace

const member* node::find(std::string_view name) const {
    for (const auto& one : members)
        if (one.name == name)
            return &one;
    return nullptr;
}

std::string_view kind_name(const node& value) {
    switch (value.kind) {
    case node_kind::text:
        return "a text";
    case node_kind::integer:
        return "an integer";
    case node_kind::boolean:
        return "true or false";
    case node_kind::list:
        return "a list";
    case node_kind::table:
        return "a section";
    case node_kind::other:
        break;
    }
    return value.text.empty() ? std::string_view{"something else"} : std::string_view{value.text};
}

parsed_file parse_toml(std::string_view text, const std::string& file) {
    parsed_file out;
    position at;
    if (auto reason = refuse(text, at); !reason.empty()) {
        out.problems.push_back({file, at, {}, std::move(reason)});
        return out;
    }
    const auto parsed = toml::parse(text);
    if (!parsed) {
        const auto& why = parsed.error();
        out.problems.push_back({file, place(why.source()), {}, std::string(why.description())});
        return out;
    }
    out.root.kind = node_kind::table;
    convert_members(parsed.table(), out.root);
    return out;
}

} // namespace waypost::kernel::config
