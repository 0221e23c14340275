// SPDX-License-Identifier: Apache-2.0
#include "helper/endpoint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sys/socket.h>

#include <charconv>
#include <string>

namespace waypost::kernel::helper {
namespace {

bool parse_port(std::string_view text, std::uint16_t& port) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
    return !text.empty() && code == std::errc{} && end == text.data() + text.size();
}

bool parse_ipv6(std::string host, bind_request& request) {
    if (const auto zone = host.find('%'); zone != std::string::npos) {
        request.scope = ::if_nametoindex(host.c_str() + zone + 1);
        if (request.scope == 0) {
            return false;
        }
        host.resize(zone);
    }
    request.family = AF_INET6;
    return ::inet_pton(AF_INET6, host.c_str(), request.address) == 1;
}

bool parse_host(std::string_view host, bind_request& request) {
    if (host == "*") {
        request.family = AF_INET6; // all zeroes: every address, IPv4 too
        return true;
    }
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        return parse_ipv6(std::string(host.substr(1, host.size() - 2)), request);
    }
    request.family = AF_INET;
    return ::inet_pton(AF_INET, std::string(host).c_str(), request.address) == 1;
}

} // namespace

result<bind_request> parse_endpoint(std::string_view text) {
    bind_request request{};
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos ||
        !parse_port(text.substr(colon + 1), request.port) ||
        !parse_host(text.substr(0, colon), request)) {
        return error{WP_INVALID,
                     fmt::format("\"{}\" is no endpoint; write an address and a port, for instance "
                                 "\"127.0.0.1:25\", \"[::1]:25\" or \"*:25\"",
                                 text)};
    }
    return request;
}

} // namespace waypost::kernel::helper
