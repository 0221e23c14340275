// SPDX-License-Identifier: Apache-2.0
#include "directory/delegation.hpp"

#include "directory/access_control.hpp"
#include "directory/admin_parts.hpp"
#include "directory/delegation_rules.hpp"
#include "directory/keys.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::directory {
namespace {

error denied(const actor& who, std::string_view what) {
    return {WP_DENIED, fmt::format("{} may not {}", who.account, what)};
}

bool names(const std::vector<std::string_view>& values, std::string_view normalised) {
    return std::any_of(values.begin(), values.end(), [&](auto value) {
        const auto name = normalise_dn(value);
        return name && *name == normalised;
    });
}

/// By its own name, or as a member of a group that is named.
bool is_administrator(const reader& in, const entry_view& node, std::string_view normalised) {
    const auto values = node.all_values(administrator_attribute);
    if (values.empty())
        return false;
    if (names(values, normalised))
        return true;
    return std::any_of(values.begin(), values.end(), [&](auto value) {
        const auto name = normalise_dn(value);
        const auto group = name ? in.entry(*name) : entry_view{};
        return group.valid() && names(group.all_values("uniqueMember"), normalised);
    });
}

/// The domain that the wish is about, canonical; empty: none that is known. An address may belong
/// to an entry of another domain: then it is that one.
std::string domain_of(const reader& in, const wish& wanted) {
    const auto name = fold(wanted.name);
    const auto at = name.rfind('@');
    const bool is_address = wanted.what != subject::domain && at != std::string::npos;
    const auto domain = in.domain(fold_domain(is_address ? name.substr(at + 1) : name));
    if (!domain.valid())
        return {};
    std::string canonical(domain.alias_of().empty() ? domain.name() : domain.alias_of());
    if (!is_address)
        return canonical;
    const auto key = name.substr(0, at + 1) + canonical;
    for (const auto& row : {in.account(key), in.alias(key), in.alias(name)})
        if (const auto dn = row.valid() ? normalise_dn(row.dn()) : normalise_dn("");
            dn && !dn->empty())
            if (const auto owner = in.domain_of(*dn); owner != canonical)
                return std::string(owner);
    return canonical;
}

std::int64_t least(std::int64_t a, std::int64_t b) {
    if (a < 0 || b < 0)
        return std::max<std::int64_t>(-1, std::max(a, b));
    return std::min(a, b);
}

rule_facts facts_of(const reader& in, const std::string& name) {
    rule_facts out;
    const auto domain = in.domain(name);
    out.domain = name;
    out.base_dn = domain.base_dn();
    out.most_bytes = least(domain.disk_quota(), domain.quota_bytes());
    out.most_messages = least(domain.message_quota(), domain.quota_messages());
    in.domains({}, [&](const domain_view& one) {
        if (one.alias_of() == name)
            out.aliases.emplace_back(one.name());
        return true;
    });
    return out;
}

/// A state that the operator set is the operator's to lift.
bool is_locked(const reader& in, const wish& wanted) {
    const auto row = in.alias(fold(wanted.name));
    return row.valid() && (row.status() == state::disabled || row.status() == state::removed);
}

result<void> check_changes_of(const actor& who, const wish& wanted, writer_role by,
                              const rule_facts& facts) {
    for (const auto& change : wanted.changes) {
        const auto* rule = rule_of(wanted.what, by, change.name);
        if (rule == nullptr)
            return denied(who, fmt::format("write {} of {}", change.name, wanted.name));
        if (change.what == attribute_change::kind::remove)
            continue;
        for (const auto& value : change.values)
            if (value.empty() || !is_good(*rule, change.name, value, facts))
                return denied(who, fmt::format("write {}: {}: it must be {}", change.name,
                                               value.substr(0, 300), described(*rule, facts)));
    }
    return {};
}

} // namespace

result<actor> delegation::find(std::string_view account) const {
    const auto in = cache_.read();
    const auto name = fold(account);
    auto row = in.account(name);
    if (!row.valid())
        row = in.alias(name);
    const auto domain = row.valid() ? in.domain(row.domain()) : domain_view{};
    if (!domain.valid() || row.account().empty() ||
        !routing::may_log_in(routing::first_not_active(domain.status(), row.status())))
        return error{WP_DENIED, fmt::format("{} is no account that may log in",
                                            account.substr(0, max_address))};
    actor out{std::string(row.account()), {}};
    const auto normalised = normalise_dn(row.dn());
    if (!normalised)
        return out;
    in.domains({}, [&](const domain_view& one) {
        if (!one.alias_of().empty())
            return true;
        for (const auto dn : one.node_dns())
            if (is_administrator(in, in.entry(dn), *normalised))
                out.domains.emplace(one.name());
        return true;
    });
    return out;
}

result<void> delegation::allows(const actor& who, const wish& wanted) const {
    const auto in = cache_.read();
    if (wanted.how == action::list && wanted.name.empty())
        return {}; // of which only rows that `show` allows are shown
    const auto domain = domain_of(in, wanted);
    const bool is_self = wanted.what == subject::user && fold(wanted.name) == who.account;
    const bool administers = who.domains.contains(domain);
    if (!administers && !is_self)
        return denied(who, fmt::format("do this in {}", wanted.name));
    if (wanted.what == subject::domain && wanted.how != action::list &&
        wanted.how != action::show && wanted.how != action::set)
        return denied(who, "add or remove domains");
    if (!administers && (wanted.how == action::add || wanted.how == action::remove))
        return denied(who, fmt::format("add or remove {}", wanted.name));
    if (wanted.what != subject::domain && wanted.how != action::show &&
        wanted.how != action::list && wanted.how != action::add && is_locked(in, wanted))
        return denied(who, fmt::format("change {}: the operator has disabled it", wanted.name));
    if (wanted.changes.empty())
        return {};
    return check_changes_of(who, wanted,
                            administers ? writer_role::administrator : writer_role::self,
                            facts_of(in, domain));
}

} // namespace waypost::kernel::directory
