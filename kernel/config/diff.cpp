// SPDX-License-Identifier: Apache-2.0
// Comparison of two complete sets of values, key by key.
#include "config/diff.hpp"

#include "config/schema.hpp"

#include <fmt/format.h>

namespace waypost::kernel::config {
namespace {

void compare_entry(const plugin_entry& before, const plugin_entry& after,
                   std::vector<change>& out) {
    const auto key = "plugins." + after.name;
    if (before.plugin != after.plugin)
        out.push_back({key + ".plugin", before.plugin, after.plugin, false, after.at});
    if (before.enabled != after.enabled)
        out.push_back({key + ".enabled", before.enabled ? "true" : "false",
                       after.enabled ? "true" : "false", false, after.at});
    // `required` speaks of starts only: a change takes effect by itself.
    if (before.required != after.required)
        out.push_back({key + ".required", before.required ? "true" : "false",
                       after.required ? "true" : "false", true, after.at});
}

} // namespace

std::vector<change> diff(std::string_view section, const wp_config& before,
                         const wp_config& after) {
    std::vector<change> out;
    for (const auto& [name, now] : after.values) {
        const auto* was = before.find(name);
        if (was != nullptr && was->same_as(now))
            continue;
        out.push_back({fmt::format("{}.{}", section, name), was == nullptr ? "" : print(*was),
                       print(now), (now.flags & WP_CONFIG_RELOADABLE) != 0, now.at});
    }
    return out;
}

std::vector<change> diff(const settings& before, const settings& after) {
    std::vector<change> out;
    for (const auto& schema : kernel_sections()) {
        auto some = diff(schema.name, before.section(schema.name), after.section(schema.name));
        out.insert(out.end(), some.begin(), some.end());
    }
    for (const auto& now : after.plugins()) {
        if (const auto* was = before.plugin(now.name); was != nullptr)
            compare_entry(*was, now, out);
        else
            out.push_back({"plugins." + now.name, "", "added", false, now.at});
    }
    for (const auto& was : before.plugins())
        if (after.plugin(was.name) == nullptr)
            out.push_back({"plugins." + was.name, "", "removed", false, {}});
    return out;
}

std::string describe(const change& one) {
    const auto* const restart = one.reloadable ? "" : " (needs restart)";
    if (one.before.empty())
        return fmt::format("{}: {}{}", one.key, one.after, restart);
    return fmt::format("{}: {} -> {}{}", one.key, one.before, one.after, restart);
}

} // namespace waypost::kernel::config
