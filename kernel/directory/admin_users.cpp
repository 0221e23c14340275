// SPDX-License-Identifier: Apache-2.0
// user add, list, show, set, remove, passwd
#include "directory/admin_parts.hpp"
#include "directory/keys.hpp"
#include "directory/names.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {
namespace {

user_details details_of(const account_view& row, const domain_view& domain) {
    user_details out;
    out.account = row.account();
    out.dn = row.dn();
    out.state = routing::to_text(routing::first_not_active(domain.status(), row.status()));
    out.mail = row.mail();
    out.quota_bytes =
        routing::effective_quota(row.quota_bytes(), domain.quota_bytes(), routing::quota_unlimited);
    return out;
}

} // namespace

result<written> admin::add_user(std::string_view address, std::string_view password,
                                const std::vector<attribute_change>& more) {
    const auto halves = split_user(address);
    if (!halves)
        return halves.failure();
    const auto user = check_user_name(halves->user);
    if (!user)
        return user.failure();
    if (auto fine = check_changes(more); !fine)
        return fine.failure();
    std::string base;
    {
        const auto in = cache_.read();
        const auto domain = in.domain(halves->domain);
        if (!domain.valid())
            return not_known("domain", halves->domain);
        if (!domain.alias_of().empty())
            return error{WP_INVALID, fmt::format("{} is an alias; add the user to {}",
                                                 halves->domain, domain.alias_of())};
        base = domain.base_dn();
        const auto taken = in.account(*user + "@" + halves->domain);
        if (taken.valid())
            return error{WP_EXISTS, fmt::format("user {} exists: {}", taken.account(), taken.dn())};
        const auto people = fmt::format("ou=people,{}", base);
        if (in.entry(people).valid())
            base = in.entry(people).dn();
    }
    const auto mail = *user + "@" + halves->domain;
    new_entry item{fmt::format("uid={},{}", escape_dn_value(*user), base),
                   {{"objectClass",
                     {"top", "person", "organizationalPerson", "inetOrgPerson", "inetUser",
                      "inetMailUser", "inetLocalMailRecipient"}},
                    {"uid", {*user}},
                    {"cn", {*user}},
                    {"sn", {*user}},
                    {"mail", {mail}},
                    {"mailDeliveryOption", {"mailbox"}},
                    {"inetUserStatus", {"active"}},
                    {"mailUserStatus", {"active"}}}};
    merge(item.attributes, more);
    if (!password.empty())
        item.attributes.push_back({"userPassword", {std::string(password)}});
    written out{item.dn, 0, {}};
    auto done = add_entry(item, out);
    if (!password.empty())
        ::explicit_bzero(item.attributes.back().values.front().data(), password.size());
    if (!done)
        return done.failure();
    return out;
}

result<void> admin::list_users(std::string_view given,
                               const std::function<bool(const user_details&)>& visit) const {
    const auto domain = fold_domain(given);
    if (!domain.empty() && !cache_.read().domain(domain).valid())
        return not_known("domain", domain);
    // By entries where the domain is given: accounts sort by user first.
    std::string from;
    for (bool more = true; more;) {
        std::vector<user_details> batch;
        more = false;
        std::size_t looked_at = 0;
        {
            const auto in = cache_.read();
            in.scan(table::accounts, from, [&](std::string_view key, std::string_view value) {
                if (batch.size() == 256 || ++looked_at > 20000) {
                    from = key;
                    more = true;
                    return false;
                }
                const account_view row(value);
                if (domain.empty() || row.domain() == domain)
                    batch.push_back(details_of(row, in.domain(row.domain())));
                return true;
            });
        }
        for (const auto& one : batch)
            if (!visit(one))
                return {};
    }
    return {};
}

result<user_details> admin::find_user(const reader& in, std::string_view address) const {
    const auto halves = split_user(address);
    if (!halves)
        return halves.failure();
    auto domain = in.domain(halves->domain);
    if (domain.valid() && !domain.alias_of().empty())
        domain = in.domain(domain.alias_of());
    if (!domain.valid())
        return not_known("domain", halves->domain);
    const auto key = fmt::format("{}@{}", halves->user, domain.name());
    auto row = in.account(key);
    if (!row.valid())
        row = in.alias(key);
    if (!row.valid() || row.account().empty())
        return not_known("user", address);
    return details_of(row, domain);
}

result<user_details> admin::show_user(std::string_view address) const {
    const auto in = cache_.read();
    auto out = find_user(in, address);
    if (!out)
        return out;
    const auto dn = normalise_dn(out->dn);
    if (dn)
        out->attributes = attributes_of(in.entry(*dn));
    return out;
}

result<written> admin::set_user(std::string_view address,
                                const std::vector<attribute_change>& changes) {
    if (auto fine = check_changes(changes); !fine)
        return fine.failure();
    const auto user = find_user(cache_.read(), address);
    if (!user)
        return user.failure();
    if (auto done = modify(user->dn, changes); !done)
        return done.failure();
    return written{user->dn, 1, {}};
}

result<written> admin::remove_user(std::string_view address) {
    const auto user = find_user(cache_.read(), address);
    if (!user)
        return user.failure();
    if (auto done = remove_entry(user->dn); !done)
        return done.failure();
    return written{user->dn, 1, {}};
}

result<written> admin::set_password(std::string_view address, std::string_view password) {
    if (password.empty())
        return error{WP_INVALID, "the password is empty"};
    const auto user = find_user(cache_.read(), address);
    if (!user)
        return user.failure();
    std::vector<attribute_change> changes{
        {attribute_change::kind::replace, "userPassword", {std::string(password)}}};
    auto done = modify(user->dn, changes);
    ::explicit_bzero(changes[0].values[0].data(), password.size());
    if (!done)
        return done.failure();
    return written{user->dn, 1, {}};
}

} // namespace waypost::kernel::directory
