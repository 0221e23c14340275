// SPDX-License-Identifier: Apache-2.0
// Addresses of entries; see addresses.hpp.
#include "addresses.hpp"

#include "attributes.hpp"

#include <algorithm>

namespace waypost::routes_directory {
namespace {

bool has_any_class(const wp_entry& of, auto&& names) {
    return std::any_of(std::begin(names), std::end(names),
                       [&](std::string_view name) { return has_class(of, name); });
}

bool is_group(const wp_entry& of) {
    constexpr std::string_view classes[] = {"inetMailGroup", "groupOfUniqueNames", "groupOfNames",
                                            "mailGroup", "groupOfMailEnhancedUniqueNames"};
    return has_any_class(of, classes);
}

bool is_mail_user(const wp_entry& of) {
    constexpr std::string_view classes[] = {"inetMailUser", "inetLocalMailRecipient",
                                            "mailRecipient"};
    return has_any_class(of, classes) || !value(of, "mail").empty();
}

class collector {
public:
    collector(const wp_entry& from, const domain_view& domain, bool group)
        : from_(from), domain_(domain) {
        forward_ = folded(value(from, "mailroutingaddress"));
        kind_ = !forward_.empty() ? WP_ALIAS_FORWARD : group ? WP_ALIAS_GROUP : WP_ALIAS_USER;
    }

    void add(std::string_view attribute, bool whole_domain_allowed) {
        for (const auto text : values(from_, attribute)) {
            const auto address = fold_address(text);
            if (!address || (address->local.empty() && !whole_domain_allowed))
                continue;
            if (!domain_.owns(address->domain)) {
                out_.foreign.push_back(address->text());
                continue;
            }
            auto full = address->text();
            const bool there =
                std::any_of(out_.rows.begin(), out_.rows.end(),
                            [&](const alias_row& row) { return row.address == full; });
            if (out_.primary.empty() && attribute == "mail")
                out_.primary = full;
            if (!there)
                out_.rows.push_back(row(std::move(full), attribute));
        }
    }

    void add_uids() {
        for (const auto uid : values(from_, "uid")) {
            const auto address = fold_address(std::string(uid) + "@" + domain_.name);
            if (address && !address->local.empty() && address->local.find('@') == std::string::npos)
                out_.by_uid.push_back(row(address->text(), "uid"));
        }
    }

    entry_addresses take() { return std::move(out_); }

private:
    alias_row row(std::string full, std::string_view attribute) const {
        return {kind_, std::move(full), std::string(view(from_.dn)), forward_,
                std::string(attribute)};
    }

    const wp_entry& from_;
    const domain_view& domain_;
    std::string forward_;
    std::int32_t kind_;
    entry_addresses out_;
};

} // namespace

entry_addresses addresses_of(const wp_entry& from, const domain_view& domain) {
    const bool group = is_group(from);
    if (!group && !is_mail_user(from))
        return {};
    collector all(from, domain, group);
    all.add("mail", false);
    all.add("mailAlternateAddress", true);
    all.add("mailEquivalentAddress", true);
    if (!group)
        all.add_uids();
    auto out = all.take();
    out.is_administrator = !value(from, "adminrole").empty();
    return out;
}

} // namespace waypost::routes_directory
