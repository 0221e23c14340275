// SPDX-License-Identifier: Apache-2.0
// Domains from nodes; see domain.hpp.
#include "domain.hpp"

#include "attributes.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>

namespace waypost::routes_directory {
namespace {

struct node {
    const wp_entry* entry = nullptr;
    std::string normalised;
    std::string primary;                ///< the domain's name by this node, or empty
    std::string_view primary_attribute; ///< where that is from
    std::vector<std::string> others;    ///< associatedDomain
    std::string aliased;                ///< normalised DN of another node: a pure alias
    std::string canonical;              ///< name of another node's domain
};

bool is_domain_node(const wp_entry& of) {
    constexpr std::string_view classes[] = {"inetDomain", "mailDomain", "inetDomainAlias",
                                            "sunManagedOrganization"};
    return std::any_of(std::begin(classes), std::end(classes),
                       [&](std::string_view name) { return has_class(of, name); });
}

void set_primary(node& out, std::string name, std::string_view attribute) {
    if (!out.primary.empty() || name.empty())
        return;
    out.primary = std::move(name);
    out.primary_attribute = attribute;
}

node read_node(const wp_entry& from) {
    node out;
    out.entry = &from;
    const auto dn = normalise_dn(view(from.dn));
    if (!dn)
        return out;
    out.normalised = *dn;
    const bool is_alias = has_class(from, "inetDomainAlias");
    if (is_domain_node(from)) {
        set_primary(out, fold_domain(value(from, "sunpreferreddomain")), "sunPreferredDomain");
        set_primary(out, domain_of_dn(view(from.dn)), "dc");
    }
    for (const auto name : values(from, "associateddomain")) {
        auto other = fold_domain(name);
        if (other.empty())
            continue;
        // Without a name of its own the first one is the domain's.
        if (out.primary.empty() && is_domain_node(from))
            set_primary(out, other, "associatedDomain");
        else if (other != out.primary)
            out.others.push_back(std::move(other));
    }
    if (const auto target = value(from, "aliasedobjectname"); is_alias && !target.empty())
        if (auto name = normalise_dn(target))
            out.aliased = std::move(*name);
    auto canonical = fold_domain(value(from, "inetcanonicaldomainname"));
    // A node with routing of its own stays a domain of its own.
    if (!canonical.empty() && canonical != out.primary &&
        values(from, "mailroutinghosts").empty()) {
        if (out.primary.empty())
            set_primary(out, std::move(canonical), "inetCanonicalDomainName");
        else
            out.canonical = std::move(canonical);
    }
    return out;
}

// The domain that a pure alias stands for; the target may be missing among the nodes.
std::string target_of(const node& alias, const std::vector<node>& all) {
    if (!alias.canonical.empty())
        return alias.canonical;
    for (const auto& one : all)
        if (one.normalised == alias.aliased && one.aliased.empty() && !one.primary.empty())
            return one.primary;
    return domain_of_dn(alias.aliased);
}

bool is_alias(const node& one) {
    return !one.aliased.empty() || !one.canonical.empty();
}

std::string_view alias_attribute(const node& one) {
    return one.canonical.empty() ? "aliasedObjectName" : "inetCanonicalDomainName";
}

void add_organization(domain_view& out, const node& dc, const std::vector<node>& all) {
    const auto base = normalise_dn(value(*dc.entry, "inetdomainbasedn"));
    if (!base || base->empty())
        return;
    for (const auto& one : all) {
        if (one.normalised != *base || one.entry == dc.entry)
            continue;
        if (std::find(out.nodes.begin(), out.nodes.end(), one.entry) == out.nodes.end())
            out.nodes.insert(out.nodes.begin(), one.entry);
        for (const auto& other : one.others)
            if (other != out.name)
                out.aliases.try_emplace(
                    other, alias_domain{out.name, view(one.entry->dn), "associatedDomain"});
    }
}

} // namespace

domain_view::found domain_view::attribute(std::string_view attribute_name) const {
    for (const auto* one : nodes)
        if (const auto text = value(*one, attribute_name); !text.empty())
            return {text, one};
    return {};
}

std::string domain_of_dn(std::string_view dn) {
    const auto normalised = normalise_dn(dn);
    std::string out;
    if (!normalised)
        return out;
    for (std::string_view rest = *normalised; rest.starts_with("dc="); rest = parent_dn(rest))
        (out += out.empty() ? "" : ".") += first_rdn(rest).substr(3);
    return fold_domain(out);
}

domain_view find_domain(std::string_view name, std::span<const wp_entry> nodes) {
    domain_view out;
    out.name = fold_domain(name);
    if (out.name.empty())
        return out;
    std::vector<node> all;
    for (const auto& one : nodes)
        all.push_back(read_node(one));

    for (const auto& one : all) {
        const auto dn = view(one.entry->dn);
        if (one.primary == out.name && !is_alias(one)) {
            out.nodes.push_back(one.entry);
            for (const auto& other : one.others)
                out.aliases.try_emplace(other, alias_domain{out.name, dn, "associatedDomain"});
        } else if (is_alias(one) && !one.primary.empty()) {
            const auto target = target_of(one, all);
            if (one.primary == out.name)
                out.alias_of = {target, dn, alias_attribute(one)};
            else if (target == out.name)
                out.aliases.try_emplace(one.primary,
                                        alias_domain{target, dn, alias_attribute(one)});
        }
        if (std::find(one.others.begin(), one.others.end(), out.name) != one.others.end() &&
            !one.primary.empty())
            out.alias_of = {one.primary, dn, "associatedDomain"};
    }
    if (!out.nodes.empty())
        out.alias_of = {};
    for (const auto& one : all)
        if (one.primary == out.name && !is_alias(one))
            add_organization(out, one, all);
    if (out.nodes.empty() && !out.alias_of.target.empty())
        out.aliases.clear();
    return out;
}

} // namespace waypost::routes_directory
