// SPDX-License-Identifier: Apache-2.0
// Changes of entries (RFC 4511 s4.6-4.9). A password in clear text goes to the server as RFC 3062
// asks, so that the server hashes it by its own policy; one that is hashed already goes as it is.
#pragma once

#include "connection.hpp"
#include "sync/session.hpp"

#include <waypost/abi/draft/directory.h>

namespace waypost::ldap {

/// Performs one write; the result says how to recognise it when it comes back through the feed.
result<sync_session::delivery> write_one(connection& on, const wp_write& what);

} // namespace waypost::ldap
