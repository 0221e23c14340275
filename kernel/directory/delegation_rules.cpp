// SPDX-License-Identifier: Apache-2.0
#include "directory/delegation_rules.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace waypost::kernel::directory {
namespace {

constexpr unsigned admin_bit = 1, self_bit = 2;

struct row {
    subject what;
    std::string_view attribute;
    unsigned who;
    value_rule rule;
};

constexpr row rows[] = {
    {subject::domain, "description", admin_bit, value_rule::any},
    {subject::domain, "preferredLanguage", admin_bit, value_rule::any},
    {subject::domain, "mailDomainWelcomeMessage", admin_bit, value_rule::any},
    {subject::domain, "mailDomainReportAddress", admin_bit, value_rule::own_address},
    {subject::domain, "mailDomainCatchallAddress", admin_bit, value_rule::own_address},

    {subject::user, "cn", admin_bit, value_rule::any},
    {subject::user, "sn", admin_bit, value_rule::any},
    {subject::user, "givenName", admin_bit, value_rule::any},
    {subject::user, "displayName", admin_bit, value_rule::any},
    {subject::user, "description", admin_bit, value_rule::any},
    {subject::user, "telephoneNumber", admin_bit, value_rule::any},
    {subject::user, "mobile", admin_bit, value_rule::any},
    {subject::user, "title", admin_bit, value_rule::any},
    {subject::user, "preferredLanguage", admin_bit | self_bit, value_rule::any},
    {subject::user, "mail", admin_bit, value_rule::own_address},
    {subject::user, "mailAlternateAddress", admin_bit, value_rule::own_address},
    {subject::user, "mailEquivalentAddress", admin_bit, value_rule::own_address},
    {subject::user, "mailForwardingAddress", admin_bit | self_bit, value_rule::mail_address},
    {subject::user, "mailDeliveryOption", admin_bit | self_bit, value_rule::user_delivery},
    {subject::user, "mailQuota", admin_bit, value_rule::quota},
    {subject::user, "mailMsgQuota", admin_bit, value_rule::quota},
    {subject::user, "inetUserStatus", admin_bit, value_rule::inet_state},
    {subject::user, "mailUserStatus", admin_bit, value_rule::mail_state},
    // The domain's rule is asked first, so this one can only narrow.
    {subject::user, "mailAllowedServiceAccess", admin_bit, value_rule::any},
    {subject::user, "mailAutoReplyMode", admin_bit | self_bit, value_rule::any},
    {subject::user, "mailAutoReplySubject", admin_bit | self_bit, value_rule::any},
    {subject::user, "mailAutoReplyText", admin_bit | self_bit, value_rule::any},
    {subject::user, "mailAutoReplyTextInternal", admin_bit | self_bit, value_rule::any},
    {subject::user, "mailAutoReplyTimeOut", admin_bit | self_bit, value_rule::any},
    {subject::user, "vacationStartDate", admin_bit | self_bit, value_rule::any},
    {subject::user, "vacationEndDate", admin_bit | self_bit, value_rule::any},

    {subject::group, "cn", admin_bit, value_rule::any},
    {subject::group, "description", admin_bit, value_rule::any},
    {subject::group, "mail", admin_bit, value_rule::own_address},
    {subject::group, "mailAlternateAddress", admin_bit, value_rule::own_address},
    {subject::group, "mailEquivalentAddress", admin_bit, value_rule::own_address},
    {subject::group, "mailDeliveryOption", admin_bit, value_rule::group_delivery},
    {subject::group, "mailForwardingAddress", admin_bit, value_rule::mail_address},
    {subject::group, "inetMailGroupStatus", admin_bit, value_rule::inet_state},
    {subject::group, "uniqueMember", admin_bit, value_rule::dn_below},
    {subject::group, "memberURL", admin_bit, value_rule::url_below},
    {subject::group, "mgrpRFC822MailMember", admin_bit, value_rule::mail_address},
    {subject::group, "mgrpErrorsTo", admin_bit, value_rule::own_address},
    {subject::group, "mgrpModerator", admin_bit, value_rule::mail_address},
    {subject::group, "mgrpAllowedBroadcaster", admin_bit, value_rule::mail_address},
    {subject::group, "mgrpDisallowedBroadcaster", admin_bit, value_rule::mail_address},
    {subject::group, "mgrpAllowedDomain", admin_bit, value_rule::any},
    {subject::group, "mgrpDisallowedDomain", admin_bit, value_rule::any},
    {subject::group, "mgrpMsgMaxSize", admin_bit, value_rule::any},
    {subject::group, "mgrpMsgRejectText", admin_bit, value_rule::any},
};

template <std::size_t Size>
bool is_one_of(std::string_view value, const std::array<std::string_view, Size>& words) {
    return std::any_of(words.begin(), words.end(),
                       [&](auto word) { return equal_folded(word, value); });
}

std::string_view domain_in(std::string_view address) {
    const auto at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

/// What could end the command or the line that an address is written into.
bool has_odd_octets(std::string_view value) {
    return std::any_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '<' || c == '>';
    });
}

bool is_own_address(std::string_view value, const rule_facts& facts) {
    if (has_odd_octets(value))
        return false;
    const auto domain = fold_domain(domain_in(value));
    return domain == facts.domain ||
           std::find(facts.aliases.begin(), facts.aliases.end(), domain) != facts.aliases.end();
}

bool is_below_base(std::string_view dn, const rule_facts& facts) {
    const auto name = normalise_dn(dn);
    return name && !facts.base_dn.empty() && is_within(*name, facts.base_dn);
}

/// RFC 4516 s2: "ldap:///base?attributes?scope?filter".
bool is_url_below(std::string_view url, const rule_facts& facts) {
    constexpr std::string_view start = "ldap:///";
    if (url.size() < start.size() || !equal_folded(url.substr(0, start.size()), start))
        return false;
    const auto base = url.substr(start.size(), url.find('?') - start.size());
    // What is written in another form (RFC 3986 s2.1) might mean another place.
    return base.find('%') == std::string_view::npos && is_below_base(base, facts);
}

} // namespace

const value_rule* rule_of(subject what, writer_role by, std::string_view attribute) noexcept {
    const auto bit = by == writer_role::administrator ? admin_bit : self_bit;
    for (const auto& one : rows)
        if (one.what == what && (one.who & bit) != 0 && equal_folded(one.attribute, attribute))
            return &one.rule;
    return nullptr;
}

bool is_good(value_rule rule, std::string_view attribute, std::string_view value,
             const rule_facts& facts) {
    using words = std::array<std::string_view, 4>;
    switch (rule) {
    case value_rule::any:
        return true;
    case value_rule::own_address:
        return is_own_address(value, facts);
    case value_rule::mail_address:
        return !has_odd_octets(value) && value.rfind('@') != std::string_view::npos &&
               value.front() != '|' && value.front() != '/' && value.front() != '@' &&
               !domain_in(value).empty();
    case value_rule::inet_state:
        return is_one_of(value, std::array<std::string_view, 3>{"active", "inactive", "deleted"});
    case value_rule::mail_state:
        return is_one_of(value, words{"active", "inactive", "deleted", "hold"});
    case value_rule::user_delivery:
        return is_one_of(value, words{"mailbox", "forward", "autoreply", "hold"});
    case value_rule::group_delivery:
        return is_one_of(value, words{"members", "members_offline", "forward", "hold"});
    case value_rule::quota: {
        const auto most =
            equal_folded(attribute, "mailQuota") ? facts.most_bytes : facts.most_messages;
        const auto asked = routing::parse_quota(value);
        return asked == routing::quota_default || most < 0 || (asked >= 0 && asked <= most);
    }
    case value_rule::dn_below:
        return is_below_base(value, facts);
    case value_rule::url_below:
        return is_url_below(value, facts);
    }
    return false;
}

std::string described(value_rule rule, const rule_facts& facts) {
    switch (rule) {
    case value_rule::any:
        break;
    case value_rule::own_address:
        return "an address in " + facts.domain;
    case value_rule::mail_address:
        return "a mail address";
    case value_rule::inet_state:
        return "active, inactive or deleted";
    case value_rule::mail_state:
        return "active, inactive, deleted or hold";
    case value_rule::user_delivery:
        return "mailbox, forward, autoreply or hold";
    case value_rule::group_delivery:
        return "members, forward or hold";
    case value_rule::quota:
        return "no more than the domain's quota";
    case value_rule::dn_below:
        return "a name below " + facts.base_dn;
    case value_rule::url_below:
        return "ldap:///BASE?..., with a base below " + facts.base_dn;
    }
    return "anything";
}

} // namespace waypost::kernel::directory
