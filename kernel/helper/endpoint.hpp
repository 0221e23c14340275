// SPDX-License-Identifier: Apache-2.0
// An internet endpoint as the configuration writes it ("127.0.0.1:25", "[::1]:25", "*:25") as a
// bind request. Numbers only: what to listen on must not depend on a name service.
#pragma once

#include "helper/protocol.hpp"

#include <waypost/result.hpp>

#include <string_view>

namespace waypost::kernel::helper {

result<bind_request> parse_endpoint(std::string_view text);

} // namespace waypost::kernel::helper
