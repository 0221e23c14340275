// SPDX-License-Identifier: Apache-2.0
#include "parse/network.hpp"

#include "parse/text.hpp"

#include <waypost/net/connector.hpp>

#include <string>

namespace waypost::smtp {

namespace {

constexpr unsigned shortest_ipv4 = 8;
constexpr unsigned shortest_ipv6 = 16;

} // namespace

result<network> network::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto at = net::endpoint::tcp(text.substr(0, slash), 0);
    if (!at)
        return error(WP_INVALID,
                     "\"" + std::string(text) + "\" is no network such as 192.0.2.0/24");
    network out;
    out.base_ = net::address::from(at->raw());
    const bool is_ipv6 = out.base_.kind() == net::address::family::v6;
    const unsigned most = is_ipv6 ? 128 : 32;
    const auto bits = slash == std::string_view::npos ? std::optional<std::uint64_t>(most)
                                                      : parse_number(text.substr(slash + 1), 3);
    const unsigned least = is_ipv6 ? shortest_ipv6 : shortest_ipv4;
    if (!bits || *bits > most || *bits < least)
        return error(WP_INVALID, "\"" + std::string(text) + "\": the prefix must be from /" +
                                     std::to_string(least) + " to /" + std::to_string(most));
    out.bits_ = static_cast<unsigned>(*bits);
    return out;
}

bool network::contains(const net::address& peer) const noexcept {
    if (peer.kind() != base_.kind())
        return false;
    const auto& theirs = peer.bytes();
    const auto& ours = base_.bytes();
    for (unsigned bit = 0; bit < bits_; bit += 8) {
        const unsigned left = bits_ - bit < 8 ? bits_ - bit : 8;
        const auto mask = static_cast<unsigned char>(0xffU << (8 - left));
        if (((theirs[bit / 8] ^ ours[bit / 8]) & mask) != 0)
            return false;
    }
    return true;
}

} // namespace waypost::smtp
