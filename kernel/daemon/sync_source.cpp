// SPDX-License-Identifier: Apache-2.0
// sync: what `waypost sync` asks of the directory part.
#include "daemon/control_sources.hpp"
#include "directory/keys.hpp"

#include <waypost/ascii.hpp>

#include <fmt/format.h>

#include <optional>

namespace waypost::kernel::daemon {
namespace {

std::optional<std::int32_t> kind_of(std::string_view word) {
    if (word == "full") {
        return WP_READ_FULL;
    }
    if (word == "incremental") {
        return WP_READ_CHANGES;
    }
    return word == "sweep" ? std::optional<std::int32_t>(WP_READ_SWEEP) : std::nullopt;
}

} // namespace

result<void> synchronise(directory_part& part, const directory::cache& cache,
                         const std::string& kind, const std::string& domain,
                         const control::row_sink& rows) {
    const auto wanted = kind_of(kind);
    if (!wanted) {
        return error{WP_INVALID, "a synchronisation is 'full', 'incremental' or 'sweep'"};
    }
    std::string base;
    if (!domain.empty()) {
        const auto in = cache.read();
        base = in.domain(fold_domain(domain)).base_dn();
        if (base.empty()) {
            return error{WP_NOT_FOUND, fmt::format("domain {} is not known", domain)};
        }
    }
    return part.synchronise(*wanted, base, [&](const std::string& backend, std::uint64_t entries) {
        rows({{"directory", backend}, {"entries", entries}});
    });
}

} // namespace waypost::kernel::daemon
