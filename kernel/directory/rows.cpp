// SPDX-License-Identifier: Apache-2.0
#include "directory/rows.hpp"

#include "directory/entry_record.hpp"
#include "directory/keys.hpp"

#include <waypost/ascii.hpp>
#include <waypost/result.hpp>

#include <array>
#include <utility>

namespace waypost::kernel::directory {

namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 10> options{{
    {"mailbox", delivery::mailbox},
    {"forward", delivery::forward},
    {"autoreply", delivery::autoreply},
    {"program", delivery::program},
    {"hold", delivery::hold},
    {"members", delivery::members},
    {"members_offline", delivery::members},
    {"file", delivery::file},
    {"shared", delivery::shared},
    {"native", delivery::native},
}};

struct found_state {
    state value = state::active;
    std::string_view attribute;
};

/// Order of evaluation within the entry: the first attribute that is not active decides.
found_state state_of(const entry_view& entry, bool is_group) {
    const auto first = is_group ? std::string_view("inetMailGroupStatus") : "inetUserStatus";
    const auto status = entry.first_value(first);
    const auto inet = is_group ? routing::parse_state(status) : routing::parse_inet_state(status);
    if (inet != state::active)
        return {inet, first};
    const auto mail = routing::parse_state(entry.first_value("mailUserStatus"));
    return {mail, mail != state::active ? "mailUserStatus" : std::string_view{}};
}

} // namespace

std::int64_t delivery_bits(const std::vector<std::string_view>& values) noexcept {
    std::int64_t out = 0;
    for (const auto value : values)
        for (const auto& [name, bit] : options)
            if (equal_folded(value, name))
                out |= bit;
    return out;
}

std::vector<std::string_view> domain_view::node_dns() const {
    return split(text(3));
}

std::string domain_fields::encode() const {
    flat_writer out;
    out.number(static_cast<std::int64_t>(inet_status));
    out.number(static_cast<std::int64_t>(mail_status));
    for (const auto n : {quota_bytes, quota_messages, disk_quota, message_quota, sequence})
        out.number(n);
    for (const auto* t :
         {&name, &alias_of, &base_dn, &node_dns, &services, &uid_separator, &catch_all, &smart_host,
          &routing_hosts, &postmaster, &state_dn, &state_attribute})
        out.text(*t);
    return out.encode();
}

std::string encode_route(const wp_route& row, const domain_view& domain,
                         std::string_view generator) {
    const bool ours = domain.valid() && row.kind != WP_ROUTE_RELAY;
    flat_writer out;
    out.number(row.kind);
    // The precedence of status attributes is the kernel's; a generator's word counts where there is
    // no node.
    const bool known = row.state >= WP_STATE_ACTIVE && row.state <= WP_STATE_OVERQUOTA;
    out.number(ours    ? static_cast<std::int64_t>(domain.status())
               : known ? row.state
                       : std::int64_t{WP_STATE_INACTIVE});
    out.number(ours ? domain.quota_bytes() : routing::quota_default);
    out.number(ours ? domain.quota_messages() : routing::quota_default);
    const auto name = fold_domain(view(row.domain));
    out.text(name);
    for (const auto text : {row.target, row.channel, row.catch_all, row.smart_host,
                            row.source.origin, row.source.attribute})
        out.text(view(text));
    out.text(generator);
    out.text(ours ? domain.routing_hosts() : std::string_view{});
    out.text(ours ? domain.postmaster() : std::string_view{});
    out.text(ours ? domain.state_dn() : view(row.source.origin));
    out.text(ours ? domain.state_attribute() : view(row.source.attribute));
    return out.encode();
}

std::string encode_account(const wp_alias& row, const entry_view& entry, std::string_view key,
                           std::string_view domain, std::string_view generator) {
    const bool is_group = row.kind == WP_ALIAS_GROUP;
    const auto found = entry.valid() ? state_of(entry, is_group) : found_state{};
    auto bits = delivery_bits(entry.all_values("mailDeliveryOption"));
    if (bits == 0)
        bits = is_group ? delivery::members : delivery::mailbox;
    const auto uid = entry.first_value("uid");
    std::string account;
    if (!is_group && !uid.empty() && !domain.empty())
        account = fold(uid) + "@" + std::string(domain);
    else if (!is_group && !entry.valid() && row.kind == WP_ALIAS_USER)
        account = fold(view(row.address));
    const auto address = fold(view(row.address));
    const auto mail_host = fold_domain(entry.first_value("mailHost"));
    const auto forwards = join(entry.all_values("mailForwardingAddress"));

    flat_writer out;
    out.number(row.kind);
    out.number(static_cast<std::int64_t>(found.value));
    out.number(bits);
    out.number(routing::parse_quota(entry.first_value("mailQuota")));
    out.number(routing::parse_quota(entry.first_value("mailMsgQuota")));
    out.number(entry.sequence());
    out.text(address);
    const auto same = [&](std::string_view value) {
        return value == address ? std::string_view("=") : value;
    };
    const auto dn = entry.valid() ? entry.dn() : view(row.dn);
    out.text(same(account));
    out.text(dn);
    out.text(is_group ? key : std::string_view{});
    out.text(view(row.target));
    out.text(mail_host);
    out.text(forwards);
    const auto origin = view(row.source.origin);
    out.text(origin == dn ? std::string_view{} : origin);
    out.text(view(row.source.attribute));
    out.text(generator);
    out.text(entry.first_value("mailAllowedServiceAccess"));
    out.text(found.attribute);
    out.text(account.empty() ? domain : std::string_view{});
    out.text(same(entry.first_value("mail")));
    return out.encode();
}

} // namespace waypost::kernel::directory
