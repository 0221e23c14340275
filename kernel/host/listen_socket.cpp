// SPDX-License-Identifier: Apache-2.0
// socket, bind, listen; every descriptor non-blocking and close-on-exec.
#include "host/listen_socket.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace waypost::kernel::host {
namespace {

constexpr int backlog = 4'096; // the system's limit applies
constexpr std::string_view unix_prefix = "unix:";

error wrong(std::string_view endpoint) {
    return {WP_INVALID,
            fmt::format("\"{}\" is no endpoint; write \"127.0.0.1:25\", \"[::1]:25\", \"*:25\" or "
                        "\"unix:/run/waypost/name\"",
                        endpoint)};
}

error failed(std::string_view endpoint, int fd) {
    const int reason = errno;
    if (fd >= 0)
        ::close(fd);
    const auto* const advice = reason == EADDRINUSE ? "; another program has it: see ss -ltnp"
                               : reason == EACCES   ? "; ports below 1024 need root at the start"
                                                    : "";
    return {WP_PERMFAIL,
            fmt::format("cannot listen on {}: {}{}", endpoint, std::strerror(reason), advice)};
}

result<int> listen_on(std::string_view endpoint, int family, const sockaddr* address,
                      socklen_t size) {
    const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return failed(endpoint, fd);
    const int on = 1;
    if (family != AF_UNIX)
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, address, size) != 0 || ::listen(fd, backlog) != 0)
        return failed(endpoint, fd);
    return fd;
}

/// True when something answers there.
bool alive(const sockaddr_un& address) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    const bool refused =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno == ECONNREFUSED;
    ::close(fd);
    return !refused;
}

} // namespace

result<int> bind_tcp(std::string_view endpoint) {
    const auto colon = endpoint.rfind(':');
    if (colon == std::string_view::npos || endpoint.find('\0') != std::string_view::npos)
        return wrong(endpoint);
    std::string host(endpoint.substr(0, colon));
    const std::string port(endpoint.substr(colon + 1));
    std::uint16_t number = 0; // getaddrinfo takes larger ones and cuts them off
    const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
    if (port.empty() || read.ec != std::errc{} || read.ptr != port.data() + port.size())
        return wrong(endpoint);
    if (host == "*")
        host = "::";
    else if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (host.empty() || ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0)
        return wrong(endpoint);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    return listen_on(endpoint, found->ai_family, found->ai_addr, found->ai_addrlen);
}

result<int> bind_unix(std::string_view endpoint) {
    const auto path = endpoint.substr(std::min(unix_prefix.size(), endpoint.size()));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!endpoint.starts_with(unix_prefix) || path.empty() ||
        path.size() >= sizeof address.sun_path)
        return wrong(endpoint);
    std::memcpy(address.sun_path, path.data(), path.size());
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    auto opened = listen_on(endpoint, AF_UNIX, generic, sizeof address);
    if (opened || errno != EADDRINUSE || alive(address))
        return opened;
    ::unlink(address.sun_path);
    return listen_on(endpoint, AF_UNIX, generic, sizeof address);
}

std::string bound_address(int descriptor) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) != 0)
        return {};
    char text[INET6_ADDRSTRLEN] = {};
    if (storage.ss_family == AF_INET) {
        const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
        ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
        return fmt::format("{}:{}", text, ntohs(in.sin_port));
    }
    if (storage.ss_family == AF_INET6) {
        const auto& in = reinterpret_cast<const sockaddr_in6&>(storage);
        ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
        return fmt::format("[{}]:{}", text, ntohs(in.sin6_port));
    }
    return std::string(unix_prefix) + reinterpret_cast<const sockaddr_un&>(storage).sun_path;
}

} // namespace waypost::kernel::host
