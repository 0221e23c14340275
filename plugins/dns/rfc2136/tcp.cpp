// SPDX-License-Identifier: Apache-2.0
#include "tcp.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace waypost::dns {
namespace {

using clock = std::chrono::steady_clock;

/// single thread.
class connection {
public:
    explicit connection(clock::time_point until) : until_(until) {}
    ~connection() {
        if (socket_ >= 0)
            ::close(socket_);
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    // errno, or 0.
    int open(const addrinfo& to) {
        socket_ = ::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket_ < 0)
            return errno;
        if (::connect(socket_, to.ai_addr, to.ai_addrlen) == 0)
            return 0;
        if (errno != EINPROGRESS)
            return errno;
        if (const int failed = wait(POLLOUT))
            return failed;
        int outcome = 0;
        socklen_t size = sizeof outcome;
        return ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &outcome, &size) == 0 ? outcome : errno;
    }

    int send(std::span<const std::uint8_t> rest) {
        while (!rest.empty()) {
            const auto sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent > 0)
                rest = rest.subspan(static_cast<std::size_t>(sent));
            else if (const int failed = again(POLLOUT))
                return failed;
        }
        return 0;
    }

    int receive(std::span<std::uint8_t> rest) {
        while (!rest.empty()) {
            const auto got = ::recv(socket_, rest.data(), rest.size(), 0);
            if (got == 0)
                return ECONNRESET;
            if (got > 0)
                rest = rest.subspan(static_cast<std::size_t>(got));
            else if (const int failed = again(POLLIN))
                return failed;
        }
        return 0;
    }

private:
    int again(short events) {
        if (errno == EINTR)
            return 0;
        return errno == EAGAIN || errno == EWOULDBLOCK ? wait(events) : errno;
    }

    int wait(short events) {
        for (;;) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(until_ - clock::now()).count();
            if (left <= 0)
                return ETIMEDOUT;
            pollfd one{socket_, events, 0};
            const int ready = ::poll(&one, 1, static_cast<int>(std::min<long>(left, 60000)));
            if (ready > 0)
                return 0;
            if (ready < 0 && errno != EINTR)
                return errno;
        }
    }

    clock::time_point until_;
    int socket_ = -1;
};

error away(const server_address& server, std::string_view why) {
    return {WP_TEMPFAIL, "DNS server " + server.host + " port " + std::to_string(server.port) +
                             ": " + std::string(why)};
}

} // namespace

result<std::vector<std::uint8_t>> exchange(const server_address& server,
                                           std::span<const std::uint8_t> message,
                                           std::chrono::nanoseconds timeout) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int failed =
            ::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &found))
        return away(server, ::gai_strerror(failed));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, ::freeaddrinfo);
    connection link(clock::now() + timeout);
    int failed = link.open(*found);
    std::vector<std::uint8_t> framed{static_cast<std::uint8_t>(message.size() >> 8U),
                                     static_cast<std::uint8_t>(message.size() & 0xffU)};
    framed.insert(framed.end(), message.begin(), message.end());
    if (failed == 0)
        failed = link.send(framed);
    std::uint8_t length[2] = {0, 0};
    if (failed == 0)
        failed = link.receive(length);
    std::vector<std::uint8_t> answer(static_cast<std::size_t>(length[0] << 8U | length[1]));
    if (failed == 0)
        failed = link.receive(answer);
    if (failed != 0)
        return away(server, std::generic_category().message(failed));
    return answer;
}

} // namespace waypost::dns
