// SPDX-License-Identifier: Apache-2.0
// Listening sockets opened by this process itself, and what a socket is bound to. The daemon puts
// its privileged helper in the place of bind_tcp.
#pragma once

#include <waypost/result.hpp>

#include <string>
#include <string_view>

namespace waypost::kernel::host {

/// "127.0.0.1:25", "[::1]:25", "*:25": addresses in numbers only.
result<int> bind_tcp(std::string_view endpoint);
/// "unix:/run/waypost/lmtp". A socket file that nobody listens on any more is replaced.
result<int> bind_unix(std::string_view endpoint);

/// "127.0.0.1:40123", "[::]:25", "unix:/run/waypost/lmtp".
std::string bound_address(int descriptor);

} // namespace waypost::kernel::host
