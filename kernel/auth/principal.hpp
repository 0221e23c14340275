// SPDX-License-Identifier: Apache-2.0
// Who somebody is, after a login: opaque to plugins, reference counted, immutable.
#pragma once

#include <waypost/abi/draft/auth.h>

#include <atomic>
#include <string>

/// Thread-safe. Made with one reference.
struct wp_principal {
    explicit wp_principal(std::string canonical_account, std::string entry_dn = {})
        : account(std::move(canonical_account)), dn(std::move(entry_dn)) {}

    void ref() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void unref() noexcept {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

    const std::string account; ///< "ann@example.com"
    const std::string dn;

private:
    ~wp_principal() = default;
    std::atomic<std::uint64_t> references_{1};
};
