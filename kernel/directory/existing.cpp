// SPDX-License-Identifier: Apache-2.0
#include "directory/existing.hpp"

#include "directory/cache.hpp"
#include "directory/keys.hpp"

#include <waypost/dn.hpp>

namespace waypost::kernel::directory {

void existing_names::add(std::int32_t what, const std::string& base, std::string_view uuid,
                         std::string_view normalised) {
    covered_[{what, base}].insert(uuid.empty() ? entry_key(normalised) : std::string(uuid));
}

std::vector<std::string> existing_names::missing(const reader& in, std::uint16_t backend) const {
    std::vector<std::string> out;
    for (const auto& one : covered_) {
        const auto what = one.first.first;
        const auto& base = one.first.second;
        const auto& named = one.second;
        const auto start = entry_key(base);
        const auto check = [&](std::string_view key) {
            const auto entry = in.entry_by_key(key);
            if (!entry.valid() || entry.backend() != backend ||
                !is_within(entry.normalised_dn(), base))
                return;
            const auto name = entry.uuid().empty() ? std::string(key) : std::string(entry.uuid());
            if (!named.contains(name))
                out.emplace_back(key);
        };
        in.scan(what == WP_EXISTING_LISTS ? table::lists : table::entries, start,
                [&](std::string_view key, std::string_view) {
                    if (!key.starts_with(start))
                        return false;
                    check(key);
                    return true;
                });
    }
    return out;
}

} // namespace waypost::kernel::directory
