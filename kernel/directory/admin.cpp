// SPDX-License-Identifier: Apache-2.0
#include "directory/admin.hpp"

#include "directory/keys.hpp"
#include "directory/names.hpp"

#include <waypost/dn.hpp>

#include <fmt/format.h>

namespace waypost::kernel::directory {

namespace {

/// Attributes that have an operation of their own, or would move the entry elsewhere.
bool is_reserved(std::string_view name) {
    for (const auto* reserved :
         {"userPassword", "objectClass", "uid", "dc", "inetDomainBaseDN", "aliasedObjectName"})
        if (equal_folded(name, reserved))
            return true;
    return false;
}

result<void> check_changes(const std::vector<attribute_change>& changes) {
    for (const auto& change : changes) {
        const bool fine =
            !change.name.empty() && std::all_of(change.name.begin(), change.name.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-';
            });
        if (!fine)
            return error{WP_INVALID, fmt::format("'{}' is not an attribute name", change.name)};
        if (is_reserved(change.name))
            return error{WP_INVALID, fmt::format("{} cannot be set by this command", change.name)};
    }
    return {};
}

std::vector<attribute_values> attributes_of(const entry_view& entry) {
    std::vector<attribute_values> out;
    for (std::size_t i = 0; i < entry.attributes(); ++i) {
        auto& one = out.emplace_back();
        one.name = entry.name(i);
        for (std::size_t v = 0; v < entry.values(i); ++v)
            one.values.emplace_back(entry.value(i, v));
    }
    return out;
}

/// The attributes of a new entry with the operator's on top.
void merge(std::vector<attribute_values>& into, const std::vector<attribute_change>& more) {
    for (const auto& change : more) {
        if (change.what == attribute_change::kind::remove)
            continue;
        const auto found = std::find_if(into.begin(), into.end(), [&](const auto& a) {
            return equal_folded(a.name, change.name);
        });
        if (found == into.end()) {
            if (!change.values.empty())
                into.push_back({change.name, change.values});
        } else if (change.what == attribute_change::kind::add) {
            found->values.insert(found->values.end(), change.values.begin(), change.values.end());
        } else if (change.values.empty()) {
            into.erase(found);
        } else {
            found->values = change.values;
        }
    }
}

/// One attribute with borrowed values.
class shown_values {
public:
    shown_values(const std::string& name, const std::vector<std::string>& values) {
        for (const auto& value : values)
            values_.push_back(to_abi(value));
        attribute_ = {to_abi(name), values_.data(), values_.size()};
    }
    shown_values(shown_values&&) = default; // a moved vector keeps its place
    const wp_attribute& get() const noexcept { return attribute_; }

private:
    std::vector<wp_str> values_;
    wp_attribute attribute_{};
};

struct address_halves {
    std::string user, domain;
};

result<address_halves> split_user(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == std::string_view::npos)
        return error{WP_INVALID, fmt::format("'{}' is not user@domain", address.substr(0, 300))};
    return address_halves{fold(address.substr(0, at)), fold_domain(address.substr(at + 1))};
}

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

std::string value_of_first_rdn(std::string_view dn) {
    const auto parts = rdn_parts(dn);
    return parts && !parts->empty() ? parts->front().value : std::string{};
}

std::string type_of_first_rdn(std::string_view dn) {
    const auto parts = rdn_parts(dn);
    return parts && !parts->empty() ? parts->front().type : std::string{};
}

error not_known(std::string_view what, std::string_view name) {
    return {WP_NOT_FOUND, fmt::format("{} {} is not known", what, name)};
}

} // namespace

admin::admin(const cache& of, const backends& with, admin_settings settings)
    : cache_(of), backends_(with), settings_(std::move(settings)) {}

bool admin::may_touch(std::string_view normalised) const {
    for (const auto* root : {&settings_.dc_root, &settings_.organization_root}) {
        const auto base = normalise_dn(*root);
        if (base && is_within(normalised, *base))
            return true;
    }
    return false;
}

result<void> admin::write(const wp_write& what, const std::string& dn) {
    const auto normalised = normalise_dn(dn);
    if (!normalised)
        return normalised.failure();
    const auto* backend = backends_.owner_of(*normalised);
    if (!backend)
        return error{WP_NOT_FOUND, fmt::format("no directory backend owns {}", dn)};
    if (!backend->table->write)
        return error{WP_UNSUPPORTED,
                     fmt::format("directory backend {} cannot be written", backend->name)};
    wp_error why{};
    why.struct_size = sizeof why;
    std::uint64_t applied = 0;
    const auto status = backend->table->write(backend->self, &what, 1, &applied, &why);
    if (status == WP_OK)
        return {};
    return error{status, fmt::format("directory backend {}: {}: {}", backend->name, dn,
                                     why.text[0] ? why.text : "the write was refused")};
}

result<void> admin::add_entry(const new_entry& item, written& counted) {
    const auto normalised = normalise_dn(item.dn);
    if (!normalised)
        return normalised.failure();
    // Never above the configured roots, whatever a name says.
    if (!may_touch(*normalised))
        return error{WP_DENIED, fmt::format("{} is outside the configured roots", item.dn)};
    if (cache_.read().entry(*normalised).valid())
        return {};
    std::vector<shown_values> shown;
    std::vector<wp_attribute> attributes;
    for (const auto& one : item.attributes)
        attributes.push_back(shown.emplace_back(one.name, one.values).get());
    wp_write add{};
    add.struct_size = sizeof add;
    add.kind = WP_WRITE_ADD;
    add.entry = {sizeof(wp_entry), 0, to_abi(item.dn), {}, attributes.data(), attributes.size()};
    auto done = write(add, item.dn);
    // There already, and the cache has not heard of it yet.
    if (!done && done.failure().status == WP_EXISTS)
        return {};
    if (done)
        ++counted.entries;
    return done;
}

result<void> admin::modify(const std::string& dn, const std::vector<attribute_change>& changes) {
    std::vector<shown_values> shown;
    std::vector<wp_modification> modifications;
    for (const auto& change : changes) {
        const auto kind = change.what == attribute_change::kind::add      ? WP_MOD_ADD
                          : change.what == attribute_change::kind::remove ? WP_MOD_DELETE
                                                                          : WP_MOD_REPLACE;
        modifications.push_back({kind, 0, shown.emplace_back(change.name, change.values).get()});
    }
    wp_write what{};
    what.struct_size = sizeof what;
    what.kind = WP_WRITE_MODIFY;
    what.entry.struct_size = sizeof what.entry;
    what.entry.dn = to_abi(dn);
    what.modifications = modifications.data();
    what.modification_count = modifications.size();
    return write(what, dn);
}

result<void> admin::remove_entry(const std::string& dn) {
    wp_write what{};
    what.struct_size = sizeof what;
    what.kind = WP_WRITE_DELETE;
    what.entry.struct_size = sizeof what.entry;
    what.entry.dn = to_abi(dn);
    auto done = write(what, dn);
    if (!done && done.failure().status == WP_NOT_FOUND)
        return {};
    return done;
}

// --- domains ---

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

    written out;
    std::vector<new_entry> entries;
    for (const auto& root : {settings_.dc_root, settings_.organization_root}) {
        const auto type = type_of_first_rdn(root);
        const bool is_unit = equal_folded(type, "ou");
        entries.push_back(
            {root,
             {{"objectClass", {"top", is_unit ? "organizationalUnit" : "organization"}},
              {type, {value_of_first_rdn(root)}}}});
    }
    const auto organization = fmt::format("o={},{}", *name, settings_.organization_root);
    auto labels = split(*name, '.');
    std::string dn = settings_.dc_root;
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
        dn = fmt::format("dc={},{}", *label, dn);
        entries.push_back(
            {dn, {{"objectClass", {"top", "domain"}}, {"dc", {std::string(*label)}}}});
    }
    auto& node = entries.back();
    node.attributes[0].values = {"top", "domain", "inetDomain", "mailDomain"};
    node.attributes.push_back({"inetDomainBaseDN", {organization}});
    node.attributes.push_back({"inetDomainStatus", {"active"}});
    merge(node.attributes, more);
    out.dn = node.dn;
    const auto node_entry = node;
    entries.pop_back();
    entries.push_back({organization, {{"objectClass", {"top", "organization"}}, {"o", {*name}}}});
    for (const auto* unit : {"People", "Groups"})
        entries.push_back({fmt::format("ou={},{}", unit, organization),
                           {{"objectClass", {"top", "organizationalUnit"}}, {"ou", {unit}}}});
    // The node that makes it a domain comes last: nobody sees half of one.
    entries.push_back(node_entry);
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
        {attribute_change::kind::replace, "objectClass", node_entry.attributes[0].values}};
    for (std::size_t i = 2; i < node_entry.attributes.size(); ++i)
        promote.push_back({attribute_change::kind::replace, node_entry.attributes[i].name,
                           node_entry.attributes[i].values});
    if (auto done = modify(out.dn, promote); !done)
        return done.failure();
    ++out.entries;
    return out;
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

// --- users ---

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
    written out{item.dn, 0};
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
    return written{user->dn, 1};
}

result<written> admin::remove_user(std::string_view address) {
    const auto user = find_user(cache_.read(), address);
    if (!user)
        return user.failure();
    if (auto done = remove_entry(user->dn); !done)
        return done.failure();
    return written{user->dn, 1};
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
    return written{user->dn, 1};
}

} // namespace waypost::kernel::directory
