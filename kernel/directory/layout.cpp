// SPDX-License-Identifier: Apache-2.0
#include "directory/layout.hpp"

#include "directory/admin_parts.hpp"
#include "directory/keys.hpp"

#include <waypost/ascii.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {
namespace {

/// An empty name is the top of the tree, which is no entry.
void add_root(std::vector<new_entry>& out, const std::string& dn) {
    if (dn.empty())
        return;
    const auto type = type_of_first_rdn(dn);
    const bool is_unit = equal_folded(type, "ou");
    out.push_back({dn,
                   {{"objectClass", {"top", is_unit ? "organizationalUnit" : "organization"}},
                    {type, {value_of_first_rdn(dn)}}}});
}

/// A node for each label that has none, from the top down; the last one is the domain's.
std::string add_label_nodes(std::vector<new_entry>& out, const admin_settings& with,
                            const std::string& name) {
    const auto labels = split(name, '.');
    std::string dn = with.dc_root;
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
        dn = dn.empty() ? fmt::format("dc={}", *label) : fmt::format("dc={},{}", *label, dn);
        out.push_back({dn, {{"objectClass", {"top", "domain"}}, {"dc", {std::string(*label)}}}});
    }
    return dn;
}

void add_units(std::vector<new_entry>& out, const std::string& below) {
    for (const auto* unit : {"People", "Groups"})
        out.push_back({fmt::format("ou={},{}", unit, below),
                       {{"objectClass", {"top", "organizationalUnit"}}, {"ou", {unit}}}});
}

/// An entry becomes the one that says it is the domain.
void make_node(new_entry& node, std::vector<attribute_values> more) {
    node.attributes[0].values.insert(node.attributes[0].values.end(), {"inetDomain", "mailDomain"});
    node.attributes.push_back({"inetDomainStatus", {"active"}});
    for (auto& one : more)
        node.attributes.push_back(std::move(one));
}

std::vector<new_entry> schema1(const admin_settings& with, const std::string& name) {
    std::vector<new_entry> out;
    add_root(out, with.dc_root);
    add_root(out, with.organization_root);
    const auto organization = fmt::format("o={},{}", name, with.organization_root);
    add_label_nodes(out, with, name);
    auto node = std::move(out.back());
    out.pop_back();
    out.push_back({organization, {{"objectClass", {"top", "organization"}}, {"o", {name}}}});
    add_units(out, organization);
    make_node(node, {{"inetDomainBaseDN", {organization}}});
    out.push_back(std::move(node));
    return out;
}

std::vector<new_entry> labels(const admin_settings& with, const std::string& name) {
    std::vector<new_entry> out;
    add_root(out, with.dc_root);
    const auto dn = add_label_nodes(out, with, name);
    make_node(out.back(), {});
    add_units(out, dn);
    return out;
}

/// One organization entry that is the domain.
std::vector<new_entry> one_tree(const admin_settings& with, const std::string& name,
                                std::string_view object_class, attribute_values names) {
    std::vector<new_entry> out;
    add_root(out, with.organization_root);
    const auto dn = fmt::format("o={},{}", name, with.organization_root);
    out.push_back(
        {dn, {{"objectClass", {"top", "organization", std::string(object_class)}}, {"o", {name}}}});
    make_node(out.back(), {std::move(names)});
    add_units(out, dn);
    return out;
}

} // namespace

result<layout> layout_of(std::string_view word) {
    if (word == "schema1")
        return layout::schema1;
    if (word == "schema2")
        return layout::schema2;
    if (word == "labels")
        return layout::labels;
    if (word == "organisational")
        return layout::organisational;
    return error{WP_INVALID, fmt::format("'{}' is not a layout: 'schema1', 'schema2', 'labels' and "
                                         "'organisational' are",
                                         word)};
}

std::vector<new_entry> domain_entries(const admin_settings& with, const std::string& name) {
    switch (with.tree) {
    case layout::schema2:
        return one_tree(with, name, "sunManagedOrganization", {"sunPreferredDomain", {name}});
    case layout::labels:
        return labels(with, name);
    case layout::organisational:
        return one_tree(with, name, "domainRelatedObject", {"associatedDomain", {name}});
    default:
        return schema1(with, name);
    }
}

} // namespace waypost::kernel::directory
