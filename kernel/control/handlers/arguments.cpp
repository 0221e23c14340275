// SPDX-License-Identifier: Apache-2.0
#include "control/handlers/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::control {
namespace {

error wrong(std::string_view name, std::string_view what) {
    return {WP_INVALID, fmt::format("the argument \"{}\" {}", name, what)};
}

result<edit> one_edit(const json& item) {
    if (!item.is_object() || !item.contains("name") || !item["name"].is_string() ||
        !item.contains("values") || !item["values"].is_array()) {
        return wrong("attributes", "is a list of {\"name\", \"values\", \"op\"}");
    }
    edit made;
    made.name = item["name"].get<std::string>();
    for (const auto& value : item["values"]) {
        if (!value.is_string()) {
            return wrong("attributes", "has a value that is not a text");
        }
        made.values.push_back(value.get<std::string>());
    }
    const json op = item.value("op", json("replace"));
    if (op == "add") {
        made.what = edit::kind::add;
    } else if (op == "remove") {
        made.what = edit::kind::remove;
    } else if (op != "replace") {
        return wrong("attributes", "has an \"op\" other than add, remove, replace");
    }
    return made;
}

} // namespace

result<void> only(const json& args, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : args.items()) {
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            return wrong(key, "is not known to this call");
        }
    }
    return {};
}

result<std::string> text_argument(const json& args, const char* name) {
    auto text = optional_text(args, name);
    if (text && text->empty()) {
        return wrong(name, "is missing");
    }
    return text;
}

result<std::string> optional_text(const json& args, const char* name) {
    const auto found = args.find(name);
    if (found == args.end()) {
        return std::string();
    }
    if (!found->is_string()) {
        return wrong(name, "must be a text");
    }
    return found->get<std::string>();
}

result<std::uint64_t> id_argument(const json& args) {
    const auto found = args.find("id");
    if (found == args.end() || !found->is_number_unsigned()) {
        return wrong("id", "must be the number of a queued message");
    }
    return found->get<std::uint64_t>();
}

result<edits> edits_argument(const json& args) {
    const auto found = args.find("attributes");
    if (found == args.end()) {
        return edits();
    }
    if (!found->is_array()) {
        return wrong("attributes", "must be a list");
    }
    edits made;
    for (const auto& item : *found) {
        auto one = one_edit(item);
        if (!one) {
            return one.failure();
        }
        made.push_back(std::move(*one));
    }
    return made;
}

} // namespace waypost::kernel::control
