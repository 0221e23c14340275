// SPDX-License-Identifier: Apache-2.0
// What a new domain or user may be called. Strict: these become DNs, mailbox names and DNS records.
// Pure.
#pragma once

#include <waypost/result.hpp>

#include <string>
#include <string_view>

namespace waypost::kernel::directory {

/// Folded. LDH labels (RFC 5890 s2.3.1), A-labels among them; two at least; no address literals.
result<std::string> check_domain_name(std::string_view name);
/// Folded. Letters, digits and "!#$&'*+-./=?^_{|}~" without the subaddress separator; dots not at
/// the ends nor doubled.
result<std::string> check_user_name(std::string_view local_part);

} // namespace waypost::kernel::directory
