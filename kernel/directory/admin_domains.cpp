// SPDX-License-Identifier: Apache-2.0
// domain add, list, show, set, remove
#include "directory/admin_parts.hpp"
#include "directory/keys.hpp"
#include "directory/layout.hpp"
#include "directory/names.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <fmt/format.h>

#include <algorithm>

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

constexpr std::size_t most_leftovers = 1000;

bool is_of_domains(std::string_view attribute) {
    for (const auto* start : {"mail", "inetDomain", "preferredMail", "domainUid", "sun", "domOrg"})
        if (equal_folded(attribute.substr(0, std::string_view(start).size()), start))
            return true;
    return equal_folded(attribute, "associatedDomain") ||
           equal_folded(attribute, "aliasedObjectName") ||
           equal_folded(attribute, "waypostAdministrator");
}

bool is_class_of_domains(std::string_view name) {
    return is_of_domains(name) || equal_folded(name, "domainRelatedObject");
}

/// Others are below it: an entry stops being a domain and stays as a node.
std::vector<attribute_change> demotion_of(const reader& in, std::string_view dn) {
    std::vector<attribute_change> out;
    const auto normalised = normalise_dn(dn);
    if (!normalised)
        return out;
    const auto entry = in.entry(*normalised);
    auto& classes =
        out.emplace_back(attribute_change{attribute_change::kind::replace, "objectClass", {}});
    for (const auto one : entry.all_values("objectClass"))
        if (!is_class_of_domains(one))
            classes.values.emplace_back(one);
    for (std::size_t i = 0; i < entry.attributes(); ++i)
        if (is_of_domains(entry.name(i)))
            out.push_back({attribute_change::kind::replace, std::string(entry.name(i)), {}});
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
    written out{node->dn, 0, {}};
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
    written out{domain->node_dns.front(), 1, {}};
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
    written out{domain->node_dns.front(), 0, {}};
    const auto found = leftovers_of(*domain, out.dn);
    if (found.has_users)
        return error{
            WP_CONFLICT,
            fmt::format("domain {} still has users or groups; remove them first", domain->name)};
    // Units below the node itself go first, an organization beside it after it: nobody sees a
    // domain without a place for its users.
    const bool inside = domain->base_dn == out.dn;
    if (inside)
        if (auto gone = remove_all(found.own, out); !gone)
            return gone.failure();
    auto gone = found.others_below_node ? modify(out.dn, demotion_of(cache_.read(), out.dn))
                                        : remove_entry(out.dn);
    if (!gone)
        return gone.failure();
    ++out.entries;
    if (!inside)
        if (auto rest = remove_all(found.own, out); !rest)
            return rest.failure();
    return out;
}

admin::leftovers admin::leftovers_of(const domain_details& domain, const std::string& node) const {
    leftovers out;
    const auto in = cache_.read();
    const bool inside = domain.base_dn == node;
    if (domain.alias_of.empty() && !domain.base_dn.empty()) {
        if (!inside)
            out.own.push_back(domain.base_dn);
        in.entries(domain.base_dn, [&](const entry_view& entry) {
            if (in.domain_of(entry.normalised_dn()) != domain.name)
                return true;
            out.has_users = is_recipient(entry);
            if (!inside || entry.is_a("organizationalUnit"))
                out.own.emplace_back(entry.dn());
            return !out.has_users && out.own.size() < most_leftovers;
        });
    }
    in.entries(node, [&](const entry_view& entry) {
        out.others_below_node =
            std::find(out.own.begin(), out.own.end(), entry.dn()) == out.own.end();
        return !out.others_below_node;
    });
    return out;
}

result<void> admin::remove_all(const std::vector<std::string>& parents_first, written& counted) {
    for (auto dn = parents_first.rbegin(); dn != parents_first.rend(); ++dn, ++counted.entries)
        if (auto gone = remove_entry(*dn); !gone)
            return gone;
    return {};
}

} // namespace waypost::kernel::directory
