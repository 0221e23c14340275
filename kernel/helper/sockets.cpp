// SPDX-License-Identifier: Apache-2.0
#include "helper/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace waypost::kernel::helper {
namespace {

constexpr std::uint16_t first_free_port = 1024;
constexpr std::uint32_t max_backlog = 65'535;

bool port_allowed(std::uint16_t port) noexcept {
    return port == 0 || port >= first_free_port ||
           std::find(std::begin(mail_ports), std::end(mail_ports), port) != std::end(mail_ports);
}

int refusal(const bind_request& request) noexcept {
    if (request.family != AF_INET && request.family != AF_INET6) {
        return EAFNOSUPPORT;
    }
    if (request.reserved != 0 || request.backlog == 0 || request.backlog > max_backlog) {
        return EINVAL;
    }
    return port_allowed(request.port) ? 0 : EPERM;
}

socklen_t fill(const bind_request& request, sockaddr_storage& where) noexcept {
    if (request.family == AF_INET) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(request.port);
        std::memcpy(&address.sin_addr, request.address, sizeof address.sin_addr);
        std::memcpy(&where, &address, sizeof address);
        return sizeof address;
    }
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(request.port);
    address.sin6_scope_id = request.scope;
    std::memcpy(&address.sin6_addr, request.address, sizeof address.sin6_addr);
    std::memcpy(&where, &address, sizeof address);
    return sizeof address;
}

// "[::]:25" is every address of the machine, IPv4 too; any other IPv6 address is only itself.
int set_options(int fd, const bind_request& request) noexcept {
    const int on = 1;
    if (::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return errno;
    }
    if (request.family == AF_INET6) {
        const bool any = std::all_of(std::begin(request.address), std::end(request.address),
                                     [](unsigned char byte) { return byte == 0; });
        const int only = any ? 0 : 1;
        if (::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) != 0) {
            return errno;
        }
    }
    return 0;
}

} // namespace

opened open_listener(const bind_request& request) noexcept {
    if (const int error = refusal(request); error != 0) {
        return {-1, error, true};
    }
    const int fd = ::socket(static_cast<int>(request.family),
                            SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) {
        return {-1, errno, false};
    }
    sockaddr_storage where{};
    const socklen_t size = fill(request, where);
    int error = set_options(fd, request);
    if (error == 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&where), size) != 0) {
        error = errno;
    }
    if (error == 0 && ::listen(fd, static_cast<int>(request.backlog)) != 0) {
        error = errno;
    }
    if (error != 0) {
        ::close(fd);
        return {-1, error, false};
    }
    return {fd, 0, false};
}

} // namespace waypost::kernel::helper
