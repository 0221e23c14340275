// SPDX-License-Identifier: Apache-2.0
#include "directory/domains.hpp"

#include "directory/keys.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

namespace waypost::kernel::directory {

namespace {

std::string normalised_or_empty(std::string_view dn) {
    auto out = normalise_dn(dn);
    return out ? *std::move(out) : std::string{};
}

bool is_node_class(const entry_view& entry) noexcept {
    return entry.is_a("inetDomain") || entry.is_a("mailDomain");
}

void claim_dc_node(const entry_view& entry, std::string name, std::vector<domain_claim>& out) {
    domain_claim claim{std::move(name), {}, {}, std::string(entry.normalised_dn())};
    claim.base = normalised_or_empty(entry.first_value("inetDomainBaseDN"));
    const auto canonical = fold_domain(entry.first_value("inetCanonicalDomainName"));
    const auto aliased = entry.first_value("aliasedObjectName");
    if (!canonical.empty() && canonical != claim.domain)
        claim.alias_of = canonical;
    else if (claim.base.empty() && !aliased.empty())
        claim.alias_of = name_of_dc_path(normalised_or_empty(aliased));
    else if (!is_node_class(entry))
        return;
    if (claim.base.empty())
        claim.base = claim.node;
    if (claim.alias_of == claim.domain)
        return;
    out.push_back(std::move(claim));
}

/// The canonical name among the values of associatedDomain: the one its RDN names, else the first
/// one.
std::string associated_name(const entry_view& entry, const std::vector<std::string_view>& values) {
    const auto rdn = first_rdn(entry.normalised_dn());
    const auto named = rdn.substr(std::min(rdn.size(), rdn.find('=') + 1));
    for (const auto value : values)
        if (equal_folded(value, named))
            return fold_domain(value);
    return values.empty() ? std::string{} : fold_domain(values.front());
}

} // namespace

std::string name_of_dc_path(std::string_view normalised) {
    std::string out;
    while (normalised.starts_with("dc=")) {
        const auto label = first_rdn(normalised).substr(3);
        if (label.empty() || label.find_first_of("\\+=") != std::string_view::npos)
            return {};
        if (!out.empty())
            out += '.';
        out += label;
        normalised = parent_dn(normalised);
    }
    return out;
}

std::vector<domain_claim> claims_of(const entry_view& entry) {
    std::vector<domain_claim> out;
    const bool is_alias = entry.is_a("inetDomainAlias");
    const bool is_node = is_node_class(entry) || entry.is_a("sunManagedOrganization");
    if (!is_alias && !is_node)
        return out;
    const auto dc_name = name_of_dc_path(entry.normalised_dn());
    if (!dc_name.empty())
        claim_dc_node(entry, dc_name, out);

    const auto associated = entry.all_values("associatedDomain");
    auto primary = fold_domain(entry.first_value("sunPreferredDomain"));
    if (primary.empty())
        primary = dc_name.empty() ? associated_name(entry, associated) : dc_name;
    if (primary.empty() || !is_node)
        return out;
    const std::string node(entry.normalised_dn());
    auto base = normalised_or_empty(entry.first_value("inetDomainBaseDN"));
    if (base.empty())
        base = node;
    const auto canonical = fold_domain(entry.first_value("inetCanonicalDomainName"));
    if (primary != dc_name)
        out.push_back({primary, base, canonical != primary ? canonical : std::string{}, node});
    for (const auto value : associated) {
        auto name = fold_domain(value);
        if (!name.empty() && name != primary)
            out.push_back({std::move(name), base, primary, node});
    }
    std::erase_if(out, [](const domain_claim& c) { return c.domain.size() > max_domain; });
    return out;
}

std::string encode_claim(const domain_claim& claim) {
    flat_writer out;
    for (const auto* text : {&claim.domain, &claim.base, &claim.alias_of, &claim.node})
        out.text(*text);
    return out.encode();
}

domain_claim decode_claim(std::string_view record) {
    const flat_view in(record);
    return {std::string(in.text(0)), std::string(in.text(1)), std::string(in.text(2)),
            std::string(in.text(3))};
}

namespace {

/// Collects attributes from the nodes of one domain, the most important node first: a value once
/// set stays.
class collector {
public:
    explicit collector(domain_fields& out) : out_(out) {}

    void add(const entry_view& node) {
        if (!node.valid())
            return;
        status(node);
        quota(node, "mailQuota", out_.quota_bytes);
        quota(node, "mailMsgQuota", out_.quota_messages);
        quota(node, "mailDomainDiskQuota", out_.disk_quota);
        quota(node, "mailDomainMsgQuota", out_.message_quota);
        text(node, "mailDomainAllowedServiceAccess", out_.services);
        text(node, "domainUidSeparator", out_.uid_separator);
        text(node, "mailDomainCatchallAddress", out_.catch_all);
        text(node, "mailRoutingSmartHost", out_.smart_host);
        text(node, "mailDomainReportAddress", out_.postmaster);
        if (out_.routing_hosts.empty())
            out_.routing_hosts = fold(join(node.all_values("mailRoutingHosts")));
    }

private:
    void status(const entry_view& node) {
        const auto inet = node.first_value("inetDomainStatus");
        const auto mail = node.first_value("mailDomainStatus");
        if (!inet.empty() && !inet_set_) {
            inet_set_ = true;
            out_.inet_status = routing::parse_inet_state(inet);
            if (out_.inet_status != state::active)
                source(node, "inetDomainStatus");
        }
        if (!mail.empty() && !mail_set_) {
            mail_set_ = true;
            out_.mail_status = routing::parse_state(mail);
            if (out_.mail_status != state::active && out_.inet_status == state::active)
                source(node, "mailDomainStatus");
        }
    }

    void source(const entry_view& node, std::string_view attribute) {
        out_.state_dn = node.dn();
        out_.state_attribute = attribute;
    }

    static void quota(const entry_view& node, std::string_view attribute, std::int64_t& into) {
        if (into == routing::quota_default)
            into = routing::parse_quota(node.first_value(attribute));
    }

    static void text(const entry_view& node, std::string_view attribute, std::string& into) {
        if (into.empty())
            into = node.first_value(attribute);
    }

    domain_fields& out_;
    bool inet_set_ = false;
    bool mail_set_ = false;
};

} // namespace

std::optional<domain_fields> make_domain(const std::vector<domain_claim>& claims,
                                         const entry_source& entries) {
    if (claims.empty())
        return std::nullopt;
    const domain_claim* chosen = &claims.front();
    for (const auto& claim : claims) {
        if (!claim.alias_of.empty())
            continue;
        chosen = &claim;
        break;
    }
    std::vector<std::string> nodes{chosen->node};
    const auto add = [&](const std::string& dn) {
        if (std::find(nodes.begin(), nodes.end(), dn) == nodes.end())
            nodes.push_back(dn);
    };
    if (chosen->alias_of.empty() && chosen->base != chosen->node && entries(chosen->base).valid())
        add(chosen->base);
    for (const auto& claim : claims)
        if (claim.alias_of == chosen->alias_of && claim.base == chosen->base)
            add(claim.node);

    domain_fields out;
    out.name = chosen->domain;
    out.alias_of = chosen->alias_of;
    if (out.alias_of.empty())
        out.base_dn = chosen->base;
    collector collect(out);
    // The organization tree's node is the base; it goes before the DC node.
    if (out.alias_of.empty())
        collect.add(entries(chosen->base));
    for (const auto& dn : nodes)
        if (dn != out.base_dn)
            collect.add(entries(dn));
    out.node_dns = join({nodes.begin(), nodes.end()});
    return out;
}

bool is_recipient(const entry_view& entry) noexcept {
    for (const auto* attribute : {"uid", "mail", "mailAlternateAddress", "mailEquivalentAddress"})
        if (!entry.first_value(attribute).empty())
            return true;
    return entry.is_a("inetMailGroup") || entry.is_a("inetMailUser");
}

} // namespace waypost::kernel::directory
