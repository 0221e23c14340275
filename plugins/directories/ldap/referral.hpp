// SPDX-License-Identifier: Apache-2.0
// Where a referral leads (RFC 4511 s4.1.10): a server may name any other, so what is said to it
// depends on whether the operator named it too.
#pragma once

#include <string>

namespace waypost::ldap {

/// Is the URI `to` of the server that the operator wrote as `server`: the same scheme, host and
/// port, whatever else it holds? Thread-safe; false for what is no LDAP URI.
bool is_of_server(const std::string& to, const std::string& server);

} // namespace waypost::ldap
