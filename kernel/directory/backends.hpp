// SPDX-License-Identifier: Apache-2.0
// The configured directory backends and which one owns a DN: for passwords, writes and look-ups
// (R4.7).
#pragma once

#include <waypost/abi/draft/directory.h>
#include <waypost/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::directory {

struct backend_handle {
    std::string name;
    const wp_directory* table = nullptr;
    void* self = nullptr;
    std::vector<std::string> bases; ///< normalised; empty: everything
};

/// Filled at start-up, then thread-safe.
class backends {
public:
    /// Reads the bases from the backend, which must be started.
    result<void> add(std::string name, const wp_directory* table, void* self);
    /// The one whose base is nearest above a normalised DN, or null.
    const backend_handle* owner_of(std::string_view normalised) const noexcept;
    const std::vector<backend_handle>& all() const noexcept { return all_; }

private:
    std::vector<backend_handle> all_;
};

} // namespace waypost::kernel::directory
