// SPDX-License-Identifier: Apache-2.0
// Schema checks: types, ranges, unknown and missing keys, defaults.
#include "config/check.hpp"

#include "config/nearest.hpp"
#include "config/units.hpp"

#include <fmt/format.h>

#include <charconv>

namespace waypost::kernel::config {
namespace {

class section_checker {
public:
    section_checker(const check_target& target, std::vector<problem>& problems)
        : target_(target), problems_(problems) {}

    void read_set(const node& table, key_span keys, key_span also_valid);
    void fill_defaults(key_span keys);
    wp_config take() { return std::move(out_); }

private:
    void unknown(const member& one, key_span keys, key_span also_valid);
    bool convert(const wp_config_key& key, const node& from, value& to);
    void inherit(const wp_config_key& key, value& to);
    bool convert_list(const node& from, value& to);
    bool convert_number(const wp_config_key& key, const node& from, value& to);
    bool in_range(const wp_config_key& key, std::int64_t number, position at);
    std::string resolved(const std::string& path) const;
    void complain(position at, std::string_view key, std::string text) {
        problems_.push_back(
            {target_.file, at, fmt::format("{}.{}", target_.section, key), std::move(text)});
    }

    const check_target& target_;
    std::vector<problem>& problems_;
    wp_config out_;
};

const wp_config_key* find_key(key_span keys, std::string_view name) {
    for (const auto& key : keys)
        if (name == key.name)
            return &key;
    return nullptr;
}

/// A default as the file would have it: lists are comma-separated, numbers are bare.
node as_node(const wp_config_key& key) {
    node out;
    out.kind = node_kind::text;
    out.text = key.fallback;
    if (key.type == WP_CONFIG_LIST) {
        out.kind = node_kind::list;
        std::string_view rest = out.text;
        while (!rest.empty()) {
            const auto comma = std::min(rest.find(','), rest.size());
            node item;
            item.kind = node_kind::text;
            item.text = rest.substr(0, comma);
            out.items.push_back(std::move(item));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    } else if (key.type == WP_CONFIG_BOOLEAN) {
        out.kind = node_kind::boolean;
        out.integer = out.text == "true" ? 1 : 0;
    } else if (key.type == WP_CONFIG_INTEGER) {
        out.kind = node_kind::integer;
        std::from_chars(out.text.data(), out.text.data() + out.text.size(), out.integer);
    }
    return out;
}

bool section_checker::in_range(const wp_config_key& key, std::int64_t number, position at) {
    if (key.maximum < key.minimum || (number >= key.minimum && number <= key.maximum))
        return true;
    complain(at, key.name,
             fmt::format("{} is out of range; it may be from {} to {}",
                         print_number(key.type, number), print_number(key.type, key.minimum),
                         print_number(key.type, key.maximum)));
    return false;
}

bool section_checker::convert_number(const wp_config_key& key, const node& from, value& to) {
    std::optional<std::int64_t> number;
    if (from.kind == node_kind::integer && key.type != WP_CONFIG_DURATION)
        number = from.integer;
    else if (from.kind == node_kind::text && key.type == WP_CONFIG_DURATION)
        number = parse_duration(from.text);
    else if (from.kind == node_kind::text && key.type == WP_CONFIG_SIZE)
        number = parse_size(from.text);
    if (!number || (key.type == WP_CONFIG_SIZE && *number < 0)) {
        const auto found =
            from.kind == node_kind::text && key.type != WP_CONFIG_INTEGER
                ? (key.flags & WP_CONFIG_SECRET) != 0 ? "a text" : '"' + from.text + '"'
                : std::string(kind_name(from));
        complain(from.at, key.name,
                 fmt::format("expected {}, found {}", type_hint(key.type), found));
        return false;
    }
    to.integer = *number;
    return in_range(key, *number, from.at);
}

bool section_checker::convert_list(const node& from, value& to) {
    for (const auto& item : from.items) {
        if (item.kind != node_kind::text)
            return false;
        to.list.push_back(item.text);
    }
    return from.kind == node_kind::list;
}

std::string section_checker::resolved(const std::string& path) const {
    return path.empty() ? path : (target_.state / path).lexically_normal().string();
}

bool section_checker::convert(const wp_config_key& key, const node& from, value& to) {
    to.type = key.type;
    to.flags = key.flags;
    switch (key.type) {
    case WP_CONFIG_INTEGER:
    case WP_CONFIG_DURATION:
    case WP_CONFIG_SIZE:
        return convert_number(key, from, to);
    case WP_CONFIG_LIST:
        if (convert_list(from, to))
            return true;
        break;
    case WP_CONFIG_BOOLEAN:
        to.integer = from.integer;
        if (from.kind == node_kind::boolean)
            return true;
        break;
    default:
        to.text = key.type == WP_CONFIG_PATH ? resolved(from.text) : from.text;
        if (from.kind == node_kind::text && from.text.find('\0') == std::string::npos)
            return true;
    }
    complain(from.at, key.name,
             fmt::format("expected {}, found {}", type_hint(key.type), kind_name(from)));
    return false;
}

void section_checker::unknown(const member& one, key_span keys, key_span also_valid) {
    std::vector<std::string> names;
    for (const auto list : {keys, also_valid})
        for (const auto& key : list)
            names.emplace_back(key.name);
    const auto near = nearest(one.name, names);
    std::string text = "there is no such key";
    if (!near.empty())
        text += fmt::format("; did you mean '{}'?", near);
    else if (names.empty())
        text += "; this section takes none";
    else
        text += fmt::format("; this section takes {}", fmt::join(names, ", "));
    complain(one.at, one.name, std::move(text));
}

void section_checker::read_set(const node& table, key_span keys, key_span also_valid) {
    for (const auto& one : table.members) {
        const auto* key = find_key(keys, one.name);
        if (key == nullptr) {
            if (find_key(also_valid, one.name) == nullptr)
                unknown(one, keys, also_valid);
            continue;
        }
        value made;
        convert(*key, one.value, made);
        made.at = one.at;
        out_.values.insert_or_assign(one.name, std::move(made));
    }
}

/// Of "=site.hostname". A kernel that has no such key gives the zero value.
void section_checker::inherit(const wp_config_key& key, value& to) {
    const std::string_view path = key.fallback + 1;
    const auto dot = std::min(path.find('.'), path.size());
    const auto section = target_.kernel == nullptr ? section_map::const_iterator()
                                                   : target_.kernel->find(path.substr(0, dot));
    if (target_.kernel == nullptr || section == target_.kernel->end() || dot == path.size())
        return;
    const auto* from = section->second->find(path.substr(dot + 1));
    if (from == nullptr)
        return;
    if (key.type == WP_CONFIG_LIST && from->type == WP_CONFIG_TEXT)
        to.list = {from->text};
    else if (from->type == key.type) {
        to.text = from->text;
        to.integer = from->integer;
        to.list = from->list;
    }
}

void section_checker::fill_defaults(key_span keys) {
    for (const auto& key : keys) {
        if (out_.values.contains(key.name))
            continue;
        value made;
        made.type = key.type;
        made.flags = key.flags;
        if ((key.flags & WP_CONFIG_REQUIRED) != 0)
            complain(target_.at, key.name,
                     fmt::format("must be set; expected {}", type_hint(key.type)));
        else if (key.fallback != nullptr && *key.fallback == '=')
            inherit(key, made);
        else if (key.fallback != nullptr)
            convert(key, as_node(key), made);
        out_.values.emplace(key.name, std::move(made));
    }
}

} // namespace

std::string_view type_hint(std::int32_t type) {
    switch (type) {
    case WP_CONFIG_INTEGER:
        return "an integer";
    case WP_CONFIG_BOOLEAN:
        return "true or false";
    case WP_CONFIG_DURATION:
        return R"(a duration such as "30s", "5m", "1h" or "2d")";
    case WP_CONFIG_SIZE:
        return R"(a size such as "64KiB" or "10MiB")";
    case WP_CONFIG_PATH:
        return "a path as a text";
    case WP_CONFIG_LIST:
        return "a list of texts";
    default:
        return "a text";
    }
}

std::string print_number(std::int32_t type, std::int64_t number) {
    if (type == WP_CONFIG_DURATION)
        return format_duration(number);
    return type == WP_CONFIG_SIZE ? format_size(number) : std::to_string(number);
}

std::shared_ptr<const wp_config> check_section(const node* table, key_span keys,
                                               const check_target& target, key_span also_valid,
                                               std::vector<problem>& problems) {
    section_checker checker(target, problems);
    if (table != nullptr)
        checker.read_set(*table, keys, also_valid);
    checker.fill_defaults(keys);
    return std::make_shared<const wp_config>(checker.take());
}

} // namespace waypost::kernel::config
