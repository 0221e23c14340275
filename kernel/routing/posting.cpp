// SPDX-License-Identifier: Apache-2.0
#include "routing/posting.hpp"

#include "directory/search/filter.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>

namespace waypost::kernel::routing {
namespace {

using directory::entry_view;
using directory::reader;

constexpr std::string_view mailto = "mailto:", ldap = "ldap:///";

bool starts_folded(std::string_view text, std::string_view start) {
    return text.size() >= start.size() && equal_folded(text.substr(0, start.size()), start);
}

bool has_address(const entry_view& entry, std::string_view address) {
    return entry.has("mail", address) || entry.has("mailAlternateAddress", address) ||
           entry.has("mailEquivalentAddress", address);
}

/// The entry's own addresses; of a group: of its members.
bool is_of(const reader& in, const entry_view& entry, std::string_view sender) {
    if (!entry.valid())
        return false;
    if (has_address(entry, sender) || entry.has("mgrpRFC822MailMember", sender))
        return true;
    const auto members = entry.all_values("uniqueMember");
    return std::any_of(members.begin(), members.end(), [&](auto dn) {
        const auto name = normalise_dn(dn);
        const auto member = name ? in.entry(*name) : entry_view{};
        return member.valid() && has_address(member, sender);
    });
}

/// One value: "mailto:ann@example.com", an address, a name (DN), "ldap:///...".
bool names_sender(const reader& in, std::string_view value, std::string_view sender) {
    if (starts_folded(value, mailto))
        value.remove_prefix(mailto.size());
    if (starts_folded(value, ldap)) {
        const auto url = directory::parse_search_url(value);
        if (!url)
            return false;
        const auto entry = in.entry(url->base);
        if (url->scope == directory::search_scope::base)
            return is_of(in, entry, sender);
        const auto row = in.alias(fold(sender));
        const auto dn = row.valid() ? normalise_dn(row.dn()) : result<std::string>(error{});
        const auto from = dn ? in.entry(*dn) : entry_view{};
        return from.valid() && is_within(*dn, url->base) && url->wanted.matches(from);
    }
    if (value.find('@') != std::string_view::npos)
        return equal_folded(value, sender);
    const auto name = normalise_dn(value);
    return name && is_of(in, in.entry(*name), sender);
}

bool names_sender(const reader& in, const std::vector<std::string_view>& values,
                  std::string_view sender) {
    return std::any_of(values.begin(), values.end(),
                       [&](auto value) { return names_sender(in, value, sender); });
}

/// "example.com", "*.example.com".
bool names_domain(const std::vector<std::string_view>& values, std::string_view sender) {
    const auto at = sender.rfind('@');
    const auto domain =
        at == std::string_view::npos ? std::string() : fold_domain(sender.substr(at + 1));
    return std::any_of(values.begin(), values.end(), [&](auto value) {
        return value.starts_with("*.") ? domain.ends_with(fold(value.substr(1)))
                                       : fold_domain(value) == domain;
    });
}

bool needs_more(const entry_view& group, bool is_authenticated) {
    const auto policies = group.all_values("mgrpBroadcasterPolicy");
    return std::any_of(policies.begin(), policies.end(), [&](auto policy) {
        const bool login =
            equal_folded(policy, "SMTP_AUTH_REQUIRED") || equal_folded(policy, "AUTH_REQ");
        // A password in the header is known only after it was accepted: such a list is moderated,
        // or closed.
        return login ? !is_authenticated : !equal_folded(policy, "NO_REQUIREMENTS");
    });
}

bool is_allowed(const reader& in, const entry_view& group, std::string_view sender,
                bool is_authenticated) {
    if (needs_more(group, is_authenticated) ||
        names_sender(in, group.all_values("mgrpDisallowedBroadcaster"), sender) ||
        names_domain(group.all_values("mgrpDisallowedDomain"), sender))
        return false;
    const auto senders = group.all_values("mgrpAllowedBroadcaster");
    const auto domains = group.all_values("mgrpAllowedDomain");
    return (senders.empty() && domains.empty()) || names_sender(in, senders, sender) ||
           names_domain(domains, sender);
}

} // namespace

posting may_post(const reader& in, const entry_view& group, std::string_view sender,
                 bool is_authenticated) {
    const auto moderators = group.all_values("mgrpModerator");
    const bool is_closed = !group.all_values("mgrpAllowedBroadcaster").empty() ||
                           !group.all_values("mgrpAllowedDomain").empty() ||
                           !group.all_values("mgrpDisallowedBroadcaster").empty() ||
                           !group.all_values("mgrpDisallowedDomain").empty() ||
                           !group.all_values("mgrpBroadcasterPolicy").empty();
    if (names_sender(in, moderators, sender))
        return posting::allowed;
    // A list with moderators and no rule for senders is moderated for everybody.
    if (is_closed ? is_allowed(in, group, sender, is_authenticated) : moderators.empty())
        return posting::allowed;
    const auto actions = group.all_values("mgrpMsgRejectAction");
    const bool to_moderators = actions.empty() || group.has("mgrpMsgRejectAction", "toModerator");
    return !moderators.empty() && to_moderators ? posting::to_moderators : posting::refused;
}

} // namespace waypost::kernel::routing
