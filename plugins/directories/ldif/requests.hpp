// SPDX-License-Identifier: Apache-2.0
// Writes of the boundary as change records; passwords in clear text become hashes here, before
// anything is written down. Pure but for the hash's salt.
#pragma once

#include "parse/record.hpp"
#include "password.hpp"

#include <waypost/abi/draft/directory.h>
#include <waypost/result.hpp>

namespace waypost::ldif {

/// Errors: WP_INVALID.
result<record> record_of(const wp_write& write, const hashing& how);

} // namespace waypost::ldif
