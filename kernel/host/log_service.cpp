// SPDX-License-Identifier: Apache-2.0
// wp.host.log/1: lines of plugins, with the instance's name as their source.
#include "host/log.hpp"
#include "host/services.hpp"

#include <waypost/result.hpp>

#include <algorithm>

namespace waypost::kernel::host {
namespace {

constexpr std::uint64_t most_fields = 64;

std::int32_t enabled(const wp_host* host, std::int32_t level) noexcept {
    return context_of(host).log.enabled(level) ? 1 : 0;
}

void write(const wp_host* host, std::int32_t level, wp_str text, const wp_pair* fields,
           std::uint64_t count) noexcept {
    auto& context = context_of(host);
    if (level >= WP_LOG_FAULT)
        ++context.faults;
    try {
        const auto used = fields == nullptr ? 0 : std::min(count, most_fields);
        context.log.write(level, context.name, view(text),
                          {fields, static_cast<std::size_t>(used)});
    } catch (...) { // out of memory: a line is lost, nothing else
    }
}

} // namespace

const wp_host_log& log_service() noexcept {
    static constexpr wp_host_log served{sizeof(wp_host_log), 0, enabled, write};
    return served;
}

} // namespace waypost::kernel::host
