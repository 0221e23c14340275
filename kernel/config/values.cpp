// SPDX-License-Identifier: Apache-2.0
// Lookups in a set of values, for the kernel and, through the C functions, for plugins.
#include "config/values.hpp"

#include "config/units.hpp"

#include <waypost/result.hpp>

namespace waypost::kernel::config {
namespace {

const value* typed(const wp_config* values, const char* key) noexcept {
    return values == nullptr || key == nullptr ? nullptr : values->find(key);
}

wp_str text_of(const wp_config* values, const char* key) noexcept {
    const auto* found = typed(values, key);
    const bool fits =
        found != nullptr && (found->type == WP_CONFIG_TEXT || found->type == WP_CONFIG_PATH);
    return fits ? to_abi(found->text) : wp_str{nullptr, 0};
}

std::int64_t integer_of(const wp_config* values, const char* key) noexcept {
    const auto* found = typed(values, key);
    return found == nullptr ? 0 : found->integer;
}

std::uint64_t list_size_of(const wp_config* values, const char* key) noexcept {
    const auto* found = typed(values, key);
    return found == nullptr ? 0 : found->list.size();
}

wp_str list_item_of(const wp_config* values, const char* key, std::uint64_t index) noexcept {
    const auto* found = typed(values, key);
    return found != nullptr && index < found->list.size() ? to_abi(found->list[index])
                                                          : wp_str{nullptr, 0};
}

std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

} // namespace

std::string print(const value& one) {
    if ((one.flags & WP_CONFIG_SECRET) != 0)
        return "(secret)";
    switch (one.type) {
    case WP_CONFIG_INTEGER:
        return std::to_string(one.integer);
    case WP_CONFIG_BOOLEAN:
        return one.integer != 0 ? "true" : "false";
    case WP_CONFIG_DURATION:
        return quoted(format_duration(one.integer));
    case WP_CONFIG_SIZE:
        return quoted(format_size(one.integer));
    case WP_CONFIG_LIST: {
        std::string all;
        for (const auto& item : one.list)
            all += (all.empty() ? "" : ", ") + quoted(item);
        return '[' + all + ']';
    }
    default:
        return quoted(one.text);
    }
}

const wp_host_config& host_config() noexcept {
    static constexpr wp_host_config served{sizeof(wp_host_config), 0,           text_of, integer_of,
                                           list_size_of,           list_item_of};
    return served;
}

} // namespace waypost::kernel::config

using waypost::kernel::config::value;

const value* wp_config::find(std::string_view key) const {
    const auto found = values.find(key);
    return found == values.end() ? nullptr : &found->second;
}

std::string_view wp_config::text(std::string_view key) const {
    const auto* found = find(key);
    return found == nullptr ? std::string_view{} : std::string_view{found->text};
}

std::int64_t wp_config::integer(std::string_view key) const {
    const auto* found = find(key);
    return found == nullptr ? 0 : found->integer;
}

const std::vector<std::string>& wp_config::list(std::string_view key) const {
    static const std::vector<std::string> none;
    const auto* found = find(key);
    return found == nullptr ? none : found->list;
}

bool wp_config::set(std::string_view key) const {
    const auto* found = find(key);
    return found != nullptr && found->at.line != 0;
}
