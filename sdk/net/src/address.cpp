// SPDX-License-Identifier: Apache-2.0
#include <waypost/net/address.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace waypost::net {
namespace {

constexpr std::array<unsigned char, 12> v4_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

template <class Get>
address query(int fd, Get get) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* raw = reinterpret_cast<sockaddr*>(&storage);
    return get(fd, raw, &size) == 0 ? address::from(raw) : address{};
}

} // namespace

address address::from(const sockaddr* raw) {
    address out;
    if (raw->sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, raw, sizeof in);
        std::memcpy(out.bytes_.data(), &in.sin_addr, 4);
        out.port_ = ntohs(in.sin_port);
        out.family_ = family::v4;
    } else if (raw->sa_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, raw, sizeof in);
        const unsigned char* bytes = in.sin6_addr.s6_addr;
        out.port_ = ntohs(in.sin6_port);
        if (std::equal(v4_mapped.begin(), v4_mapped.end(), bytes)) {
            std::memcpy(out.bytes_.data(), bytes + 12, 4);
            out.family_ = family::v4;
        } else {
            std::memcpy(out.bytes_.data(), bytes, 16);
            out.family_ = family::v6;
        }
    }
    return out;
}

address address::peer_of(int fd) {
    return query(fd, ::getpeername);
}
address address::local_of(int fd) {
    return query(fd, ::getsockname);
}

bool address::is_loopback() const noexcept {
    if (family_ == family::v4)
        return bytes_[0] == 127;
    return family_ == family::v6 && bytes_[15] == 1 &&
           std::all_of(bytes_.begin(), bytes_.end() - 1, [](unsigned char b) { return b == 0; });
}

std::string address::text() const {
    if (family_ == family::none)
        return "local";
    char buffer[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(family_ == family::v4 ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer);
    return buffer;
}

std::string address::text_with_port() const {
    if (family_ == family::none)
        return "local";
    const std::string port = std::to_string(port_);
    return family_ == family::v4 ? text() + ":" + port : "[" + text() + "]:" + port;
}

address address::network() const noexcept {
    address out = *this;
    out.port_ = 0;
    if (family_ == family::v6)
        std::fill(out.bytes_.begin() + 8, out.bytes_.end(), static_cast<unsigned char>(0));
    return out;
}

std::size_t address_hash::operator()(const address& value) const noexcept {
    const auto& bytes = value.bytes();
    return std::hash<std::string_view>{}(
               {reinterpret_cast<const char*>(bytes.data()), bytes.size()}) ^
           value.port();
}

} // namespace waypost::net
