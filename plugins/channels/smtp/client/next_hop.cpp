// SPDX-License-Identifier: Apache-2.0
#include "client/next_hop.hpp"

#include "parse/address.hpp"
#include "parse/text.hpp"

#include <waypost/ascii.hpp>
#include <waypost/net/connector.hpp>

#include <algorithm>

namespace waypost::smtp::client {
namespace {

constexpr std::string_view ipv6_tag = "ipv6:";
constexpr std::string_view local_tag = "unix:";

error malformed(std::string_view text) {
    return {WP_PERMFAIL, 550, 5, 4, 4, "\"" + std::string(text) + "\" is no next hop"};
}

bool is_address(const std::string& name) {
    return net::endpoint::tcp(name, 0).has_value();
}

} // namespace

result<next_hop> parse_next_hop(std::string_view text) {
    next_hop out;
    if (text.starts_with(local_tag)) {
        out.what = next_hop::kind::local;
        out.name = text.substr(local_tag.size());
        return out.name.starts_with('/') ? result<next_hop>(out) : malformed(text);
    }
    const bool has_brackets = text.starts_with('[');
    const auto end = has_brackets ? text.find(']') : text.rfind(':');
    if (has_brackets && end == std::string_view::npos)
        return malformed(text);
    const auto name = has_brackets ? text.substr(1, end - 1) : text.substr(0, end);
    auto port = end == std::string_view::npos ? std::string_view{} : text.substr(end);
    if (has_brackets)
        port.remove_prefix(1);
    if (!port.empty()) {
        const auto number = port.front() == ':' ? parse_number(port.substr(1), 5) : std::nullopt;
        if (!number || *number == 0 || *number > 0xffff)
            return malformed(text);
        out.port = static_cast<std::uint16_t>(*number);
    }
    out.name = fold_domain(name);
    if (has_brackets && out.name.starts_with(ipv6_tag))
        out.name.erase(0, ipv6_tag.size());
    if (has_brackets && is_address(out.name))
        out.what = next_hop::kind::address;
    else if (!is_client_name(out.name) || is_address(out.name))
        return malformed(text);
    else if (has_brackets)
        out.what = next_hop::kind::host;
    return out;
}

} // namespace waypost::smtp::client
