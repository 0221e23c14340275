// SPDX-License-Identifier: Apache-2.0
// A TOML file as a plain tree with places, so that no header of the TOML library spreads.
#pragma once

#include "config/problem.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::config {

enum class node_kind { text, integer, boolean, list, table, other };

struct member;

/// One value. Only the fields of its kind mean something.
struct node {
    node_kind kind = node_kind::other;
    position at;
    std::string text; ///< of other kinds: what the value is called ("a date")
    std::int64_t integer = 0;
    std::vector<node> items;     ///< of a list
    std::vector<member> members; ///< of a table, by name

    const member* find(std::string_view name) const;
};

struct member {
    std::string name;
    position at; ///< of the name
    node value;
};

/// Longest line and largest file; a configuration is written by people.
inline constexpr std::size_t longest_line = 4'096;
inline constexpr std::size_t largest_file = std::size_t{4} << 20U;

struct parsed_file {
    node root;
    std::vector<problem> problems; ///< syntax: at most one
};

parsed_file parse_toml(std::string_view text, const std::string& file);

/// "a text", "a list": for messages.
std::string_view kind_name(const node& value);

} // namespace waypost::kernel::config
