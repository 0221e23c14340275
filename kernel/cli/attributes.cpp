// SPDX-License-Identifier: Apache-2.0
#include "cli/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::cli {
namespace {

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char letter) {
        return std::isalnum(letter) != 0 || letter == '-' || letter == ';' || letter == '.';
    });
}

} // namespace

result<json> parse_attributes(const std::vector<std::string>& words) {
    json list = json::array();
    for (const auto& word : words) {
        const auto equals = word.find('=');
        std::string name = word.substr(0, equals);
        std::string op = "replace";
        if (equals != std::string::npos && !name.empty() &&
            (name.back() == '+' || name.back() == '-')) {
            op = name.back() == '+' ? "add" : "remove";
            name.pop_back();
        }
        if (equals == std::string::npos || !is_name(name)) {
            return error{
                WP_INVALID,
                fmt::format("\"{}\" is no change; write NAME=VALUE, NAME+=VALUE, NAME-=VALUE, "
                            "or NAME= to remove it",
                            word)};
        }
        const std::string value = word.substr(equals + 1);
        const auto same = std::find_if(list.begin(), list.end(), [&](const json& item) {
            return item["name"] == name && item["op"] == op;
        });
        json& item =
            same != list.end()
                ? *same
                : list.emplace_back(json{{"name", name}, {"op", op}, {"values", json::array()}});
        if (!value.empty()) {
            item["values"].push_back(value);
        }
    }
    return list;
}

} // namespace waypost::kernel::cli
