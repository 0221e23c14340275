// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>

namespace waypost::dns {
namespace {

bool label_octet(char octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' ||
           octet == '_';
}

bool good_label(std::string_view label, bool first) {
    if (label.empty() || label.size() > 63)
        return false;
    return (first && label == "*") || std::all_of(label.begin(), label.end(), label_octet);
}

bool good_type(std::string_view type) {
    return !type.empty() && type.size() <= 16 && std::all_of(type.begin(), type.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
}

bool printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

} // namespace

result<std::string> folded_name(std::string_view name) {
    auto out = fold_domain(name);
    bool good = !out.empty() && out.size() <= 253;
    for (std::size_t at = 0; good && at <= out.size();) {
        const auto dot = std::min(out.find('.', at), out.size());
        good = good_label(std::string_view(out).substr(at, dot - at), at == 0);
        at = dot + 1;
    }
    if (!good)
        return error{WP_INVALID, "not a domain name in A-labels"};
    return out;
}

bool within(std::string_view name, std::string_view zone) noexcept {
    return name == zone || (name.size() > zone.size() && name.ends_with(zone) &&
                            name[name.size() - zone.size() - 1] == '.');
}

result<change> checked_change(const wp_dns_change& from) {
    change out{from.kind, {}};
    auto owner = folded_name(view(from.record.owner));
    if (!owner)
        return owner.failure();
    out.what = {*std::move(owner), std::string(view(from.record.type)),
                std::string(view(from.record.data)), from.record.ttl_seconds};
    const auto& what = out.what;
    if (out.kind < WP_DNS_REQUIRE || out.kind > WP_DNS_REMOVE)
        return error{WP_INVALID, "unknown kind of change for " + what.owner};
    if (!good_type(what.type) || what.type == "ANY")
        return error{WP_INVALID, "a change names one record type: " + what.owner};
    if (what.data.size() > longest_data || !printable(what.data))
        return error{WP_INVALID, "data of " + what.owner + " " + what.type +
                                     " is too long or not printable ASCII"};
    if (out.kind == WP_DNS_ADD && what.data.empty())
        return error{WP_INVALID, "nothing to add at " + what.owner + " " + what.type};
    if (what.ttl_seconds > 0x7fffffffU)
        return error{WP_INVALID, "TTL of " + what.owner + " is over 2^31-1 (RFC 2181 s8)"};
    return out;
}

} // namespace waypost::dns
