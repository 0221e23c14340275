// SPDX-License-Identifier: Apache-2.0
// domain add, list, show, set, remove
#include "directory/admin_parts.hpp"
#include "directory/keys.hpp"
#include "directory/layout.hpp"
#include "directory/names.hpp"

#include <waypost/dn.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {
namespace {

domain_details details_of(const domain_view& domain) {
    domain_details out;
    out.name = domain.name();
    out.alias_of = domain.alias_of();
    out.state = routing::to_text(domain.status());
    out.base_dn = domain.base_dn();
    for (const auto dn : domain.node_dns())
        out.node_dns.emplace_back(dn);
    return out;
}

} // namespace

result<written> admin::add_domain(std::string_view given,
                                  const std::vector<attribute_change>& more) {
    const auto name = check_domain_name(given);
    if (!name)
        return name.failure();
    if (auto fine = check_changes(more); !fine)
        return fine.failure();
    if (const auto in = cache_.read();
        in.domain(*name).valid() && in.domain(*name).base_dn().empty())
        return error{WP_EXISTS,
                     fmt::format("{} is an alias of {}", *name, in.domain(*name).alias_of())};

    auto entries = domain_entries(settings_, *name);
    const auto node = std::find_if(entries.begin(), entries.end(), [](const auto& one) {
        return one.attributes[0].values.back() == "mailDomain";
    });
    merge(node->attributes, more);
    written out{node->dn, 0};
    for (const auto& item : entries)
        if (auto done = add_entry(item, out); !done)
            return done.failure();

    // An intermediate node ("example.com" of "sub.example.com") becomes a domain when it is added
    // itself.
    const auto normalised = normalise_dn(out.dn);
    bool is_node = false;
    {
        const auto in = cache_.read();
        const auto entry = in.entry(*normalised);
        is_node = !entry.valid() || !claims_of(entry).empty();
    }
    if (is_node)
        return out;
    std::vector<attribute_change> promote{
        {attribute_change::kind::replace, "objectClass", node->attributes[0].values}};
    for (std::size_t i = 2; i < node->attributes.size(); ++i)
        promote.push_back({attribute_change::kind::replace, node->attributes[i].name,
                           node->attributes[i].values});
    if (auto done = modify(out.dn, promote); !done)
        return done.failure();
    ++out.entries;
    return out;
}

result<std::vector<std::string>>
admin::missing_entries(std::string_view given, const std::vector<attribute_change>& more) const {
    const auto name = check_domain_name(given);
    if (!name)
        return name.failure();
    if (auto fine = check_changes(more); !fine)
        return fine.failure();
    std::vector<std::string> out;
    const auto in = cache_.read();
    for (auto& item : domain_entries(settings_, *name)) {
        const auto normalised = normalise_dn(item.dn);
        if (!normalised || !may_touch(*normalised))
            return error{WP_DENIED, fmt::format("{} is outside the configured roots", item.dn)};
        if (!in.entry(*normalised).valid())
            out.push_back(std::move(item.dn));
    }
    return out;
}

result<void> admin::remove_leaf(const std::string& dn) {
    const auto normalised = normalise_dn(dn);
    if (!normalised || !may_touch(*normalised))
        return error{WP_DENIED, fmt::format("{} is outside the configured roots", dn)};
    bool leaf = true;
    {
        const auto in = cache_.read();
        if (!in.entry(*normalised).valid())
            return {};
        in.entries(*normalised, [&](const entry_view&) { return leaf = false; });
    }
    if (!leaf)
        return {};
    auto gone = remove_entry(dn);
    return !gone && gone.failure().status == WP_CONFLICT ? result<void>() : gone;
}

void admin::list_domains(const std::function<bool(const domain_details&)>& visit) const {
    // A read transaction for one batch, none while the visitor waits for a slow client.
    std::string from;
    for (bool more = true; more;) {
        std::vector<domain_details> batch;
        more = false;
        cache_.read().domains(from, [&](const domain_view& domain) {
            if (batch.size() == 256) {
                from = domain.name();
                more = true;
                return false;
            }
            batch.push_back(details_of(domain));
            return true;
        });
        for (const auto& one : batch)
            if (!visit(one))
                return;
    }
}

result<domain_details> admin::show_domain(std::string_view given) const {
    const auto name = fold_domain(given);
    const auto in = cache_.read();
    const auto domain = in.domain(name);
    if (!domain.valid())
        return not_known("domain", name);
    auto out = details_of(domain);
    if (!out.node_dns.empty())
        out.attributes = attributes_of(in.entry(out.node_dns.front()));
    return out;
}

result<written> admin::set_domain(std::string_view name,
                                  const std::vector<attribute_change>& changes) {
    if (auto fine = check_changes(changes); !fine)
        return fine.failure();
    const auto domain = show_domain(name);
    if (!domain)
        return domain.failure();
    if (domain->node_dns.empty())
        return not_known("node of domain", name);
    written out{domain->node_dns.front(), 1};
    if (auto done = modify(out.dn, changes); !done)
        return done.failure();
    return out;
}

result<written> admin::remove_domain(std::string_view name) {
    const auto domain = show_domain(name);
    if (!domain)
        return domain.failure();
    if (domain->node_dns.empty())
        return not_known("node of domain", name);
    written out{domain->node_dns.front(), 0};
    std::vector<std::string> below; // children last
    bool has_users = false, has_children = false;
    {
        const auto in = cache_.read();
        in.entries(out.dn, [&](const entry_view&) {
            has_children = true;
            return false;
        });
        if (domain->alias_of.empty() && !domain->base_dn.empty() && domain->base_dn != out.dn) {
            below.push_back(domain->base_dn);
            in.entries(domain->base_dn, [&](const entry_view& entry) {
                has_users = is_recipient(entry);
                below.emplace_back(entry.dn());
                return !has_users && below.size() < 1000;
            });
        }
    }
    if (has_users)
        return error{
            WP_CONFLICT,
            fmt::format("domain {} still has users or groups; remove them first", domain->name)};
    if (has_children) {
        // Others are below it: it stops being a domain and stays as a node.
        const std::vector<attribute_change> demote{
            {attribute_change::kind::replace, "objectClass", {"top", "domain"}},
            {attribute_change::kind::replace, "inetDomainBaseDN", {}},
            {attribute_change::kind::replace, "inetDomainStatus", {}}};
        if (auto done = modify(out.dn, demote); !done)
            return done.failure();
    } else if (auto done = remove_entry(out.dn); !done) {
        return done.failure();
    }
    ++out.entries;
    for (auto dn = below.rbegin(); dn != below.rend(); ++dn, ++out.entries)
        if (auto done = remove_entry(*dn); !done)
            return done.failure();
    return out;
}

} // namespace waypost::kernel::directory
