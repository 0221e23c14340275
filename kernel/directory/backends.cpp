// SPDX-License-Identifier: Apache-2.0
#include "directory/backends.hpp"

#include <waypost/dn.hpp>

namespace waypost::kernel::directory {

result<void> backends::add(std::string name, const wp_directory* table, void* self) {
    backend_handle out{std::move(name), table, self, {}};
    for (std::uint64_t i = 0; i < table->base_count(self); ++i) {
        auto base = normalise_dn(view(table->base(self, i)));
        if (!base)
            return base.failure();
        out.bases.push_back(*std::move(base));
    }
    all_.push_back(std::move(out));
    return {};
}

const backend_handle* backends::owner_of(std::string_view normalised) const noexcept {
    const backend_handle* best = nullptr;
    std::size_t nearest = 0;
    for (const auto& one : all_) {
        if (one.bases.empty() && !best)
            best = &one;
        for (const auto& base : one.bases) {
            if (!is_within(normalised, base) || base.size() < nearest)
                continue;
            best = &one;
            nearest = base.size();
        }
    }
    return best;
}

} // namespace waypost::kernel::directory
