// SPDX-License-Identifier: Apache-2.0
// group add, list, show, set, remove, and its members
#include "directory/access_control.hpp"
#include "directory/admin_parts.hpp"
#include "directory/keys.hpp"
#include "directory/names.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {
namespace {

constexpr std::string_view member_by_name = "uniqueMember";
constexpr std::string_view member_by_address = "mgrpRFC822MailMember";

group_details details_of(const reader& in, const entry_view& entry) {
    group_details out;
    out.address = entry.first_value("mail");
    out.dn = entry.dn();
    out.domain = in.domain_of(entry.normalised_dn());
    const auto domain = in.domain(out.domain);
    out.state = routing::to_text(routing::first_not_active(
        domain.status(), routing::parse_state(entry.first_value("inetMailGroupStatus"))));
    out.members =
        entry.all_values(member_by_name).size() + entry.all_values(member_by_address).size();
    return out;
}

} // namespace

result<written> admin::add_group(std::string_view address,
                                 const std::vector<attribute_change>& more) {
    const auto halves = split_user(address);
    if (!halves)
        return halves.failure();
    const auto name = check_user_name(halves->user);
    if (!name)
        return name.failure();
    if (auto fine = check_changes(more); !fine)
        return fine.failure();
    const auto mail = *name + "@" + halves->domain;
    std::string base;
    {
        const auto in = cache_.read();
        const auto domain = in.domain(halves->domain);
        if (!domain.valid())
            return not_known("domain", halves->domain);
        if (const auto taken = in.alias(mail); taken.valid())
            return error{WP_EXISTS, fmt::format("{} exists: {}", mail, taken.dn())};
        base = domain.base_dn();
        const auto groups = fmt::format("ou=groups,{}", base);
        if (const auto unit = in.entry(groups); unit.valid())
            base = unit.dn();
    }
    new_entry item{
        fmt::format("cn={},{}", escape_dn_value(*name), base),
        {{"objectClass", {"top", "organizationalRole", "inetMailGroup", "inetLocalMailRecipient"}},
         {"cn", {*name}},
         {"mail", {mail}},
         {"inetMailGroupStatus", {"active"}}}};
    merge(item.attributes, more);
    written out{item.dn, 0, {}};
    auto done = add_entry(item, out);
    return done ? result<written>(out) : done.failure();
}

result<void> admin::list_groups(std::string_view given,
                                const std::function<bool(const group_details&)>& visit) const {
    const auto wanted = fold_domain(given);
    const auto in = cache_.read();
    if (!wanted.empty() && !in.domain(wanted).valid())
        return not_known("domain", wanted);
    in.scan(table::lists, {}, [&](std::string_view key, std::string_view) {
        const auto entry = in.entry_by_key(key);
        if (!entry.valid() || entry.first_value("mail").empty())
            return true;
        const auto one = details_of(in, entry);
        return (!wanted.empty() && one.domain != wanted) || visit(one);
    });
    return {};
}

result<group_details> admin::show_group(std::string_view address) const {
    const auto in = cache_.read();
    const auto row = in.alias(fold(address));
    const auto entry =
        row.valid() && row.kind() == WP_ALIAS_GROUP ? in.entry_by_key(row.key()) : entry_view{};
    if (!entry.valid())
        return not_known("group", address);
    auto out = details_of(in, entry);
    out.attributes = attributes_of(entry);
    return out;
}

result<written> admin::set_group(std::string_view address,
                                 const std::vector<attribute_change>& changes) {
    if (auto fine = check_changes(changes); !fine)
        return fine.failure();
    const auto group = show_group(address);
    if (!group)
        return group.failure();
    if (auto done = modify(group->dn, changes); !done)
        return done.failure();
    return written{group->dn, 1, {}};
}

result<written> admin::remove_group(std::string_view address) {
    const auto group = show_group(address);
    if (!group)
        return group.failure();
    if (auto done = remove_entry(group->dn); !done)
        return done.failure();
    return written{group->dn, 1, {}};
}

attribute_change admin::member_change(std::string_view member, attribute_change::kind how) const {
    const auto in = cache_.read();
    if (const auto user = find_user(in, member))
        return {how, std::string(member_by_name), {user->dn}};
    const auto row = in.alias(fold(member));
    if (row.valid() && row.kind() == WP_ALIAS_GROUP)
        return {how, std::string(member_by_name), {std::string(row.dn())}};
    return {how, std::string(member_by_address), {std::string(member)}};
}

result<written> admin::change_administrator(std::string_view domain, std::string_view account,
                                            attribute_change::kind how) {
    const auto node = show_domain(domain);
    if (!node)
        return node.failure();
    const auto user = find_user(cache_.read(), account);
    if (!user)
        return user.failure();
    if (node->node_dns.empty())
        return not_known("node of domain", domain);
    if (auto done = modify(node->node_dns.front(),
                           {{how, std::string(administrator_attribute), {user->dn}}});
        !done)
        return done.failure();
    return written{node->node_dns.front(), 1, {}};
}

} // namespace waypost::kernel::directory
