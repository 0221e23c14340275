// SPDX-License-Identifier: Apache-2.0
// What a row of the alias table leads to: a mailbox, forwards, the members of a group.
#include "directory/keys.hpp"
#include "directory/search/filter.hpp"
#include "routing/posting.hpp"
#include "routing/walk.hpp"

#include <waypost/dn.hpp>

#include <fmt/format.h>

namespace waypost::kernel::routing {

using directory::account_view;
using directory::entry_view;

namespace {

std::string address_of(const directory::reader& in, const entry_view& member) {
    const auto mail = member.first_value("mail");
    return mail.empty() ? fmt::format("{}@{}", member.first_value("uid"),
                                      in.domain_of(member.normalised_dn()))
                        : std::string(mail);
}

/// Values are addresses, "mailto:" URLs or names (DN).
std::vector<std::string> addresses_in(const directory::reader& in, const entry_view& group,
                                      std::string_view attribute) {
    constexpr std::string_view mailto = "mailto:";
    std::vector<std::string> out;
    for (auto value : group.all_values(attribute)) {
        if (value.starts_with(mailto))
            value.remove_prefix(mailto.size());
        const auto name = normalise_dn(value);
        if (!name || name->empty())
            out.emplace_back(value);
        else if (const auto entry = in.entry(*name); entry.valid())
            out.push_back(address_of(in, entry));
    }
    return out;
}

} // namespace

void walk::follow_row(const account_view& row, const place& at, std::string_view detail) {
    if (steps_) {
        note("address", row.origin(), row.attribute(),
             fmt::format("{} is {} (generator {})", at.key->text(), row.dn(), row.generator()));
        in_.aliases(row.address(), [&](const account_view& other) {
            if (other.bytes().data() != row.bytes().data())
                note("conflict", other.origin(), other.attribute(),
                     fmt::format("{} loses (generator {})", other.dn(), other.generator()));
            return true;
        });
    }
    // Domain before user: the first that is not active decides.
    const bool by_domain = at.route.status() != state::active;
    const auto effective = first_not_active(at.route.status(), row.status());
    if (!pass_state(effective, at, row.account(), by_domain ? at.key->domain() : at.key->text(),
                    by_domain ? at.route.state_dn() : row.dn(),
                    by_domain ? at.route.state_attribute() : row.state_attribute()))
        return;
    if (row.kind() == WP_ALIAS_FORWARD) {
        note("forward", row.origin(), row.attribute(), row.target());
        seen_.insert(std::string(at.key->text()));
        return follow(std::string(row.target()), at.depth + 1);
    }
    if (!row.mail_host().empty() && !is_ours(row.mail_host())) {
        note("mail host", row.dn(), "mailHost", row.mail_host());
        return relay(fmt::format("{}@{}", at.local, at.key->domain()), to_host(row.mail_host()),
                     {});
    }
    row.kind() == WP_ALIAS_GROUP ? follow_group(row, at) : follow_user(row, at, detail);
}

void walk::follow_user(const account_view& row, const place& at, std::string_view detail) {
    namespace option = directory::delivery;
    const auto wanted = row.delivery();
    if (wanted & option::hold) {
        pass_state(state::hold, at, row.account(), at.key->text(), row.dn(), "mailDeliveryOption");
        return;
    }
    const bool forwards = (wanted & option::forward) && !row.forwards().empty();
    if (forwards) {
        seen_.insert(std::string(at.key->text()));
        follow_forwards(row, at.depth);
    }
    // What no channel does yet (program, file) still has a mailbox behind it: accepted mail is
    // kept.
    if (forwards && !(wanted & option::mailbox))
        return;
    if (row.account().empty())
        return refuse({WP_PERMFAIL, 550, 5, 1, 1, fmt::format("{} has no account", at.key->text())},
                      at.key->text(), at.depth);
    auto* to = add(row.account(), at.depth);
    if (!to)
        return;
    to->channel = "mailbox";
    to->address = at.key->text();
    to->account = row.account();
    to->detail = detail;
    to->quota_bytes =
        effective_quota(row.quota_bytes(), at.route.quota_bytes(), settings_.quota_bytes);
    to->quota_messages =
        effective_quota(row.quota_messages(), at.route.quota_messages(), settings_.quota_messages);
    if (steps_)
        note("deliver", row.dn(), "mailDeliveryOption",
             fmt::format("mailbox of {}, quota {}", to->account, to->quota_bytes));
}

void walk::follow_forwards(const account_view& row, std::uint32_t depth) {
    for (const auto to : directory::split(row.forwards())) {
        note("forward", row.dn(), "mailForwardingAddress", to);
        follow(to, depth + 1);
    }
}

void walk::follow_group(const account_view& row, const place& at) {
    seen_.insert(std::string(at.key->text()));
    const auto group = in_.entry_by_key(row.key());
    note("group", row.dn(), "mailDeliveryOption", "members");
    if (group.valid() && !pass_policy(group, at))
        return;
    auto outer = errors_to_;
    if (const auto own = addresses_in(in_, group, "mgrpErrorsTo");
        !own.empty() && is_writable_address(own.front())) {
        errors_to_ = own.front();
        note("errors to", group.dn(), "mgrpErrorsTo", errors_to_);
    }
    if (row.delivery() & directory::delivery::forward)
        follow_forwards(row, at.depth);
    if (group.valid() && (row.delivery() & directory::delivery::members))
        follow_members(group, at);
    errors_to_ = std::move(outer);
    if (out_.destinations.empty() && !refused_)
        refuse(
            {WP_PERMFAIL, 550, 5, 1, 1, fmt::format("{}: the list has no members", at.key->text())},
            at.key->text(), at.depth);
}

bool walk::pass_policy(const entry_view& group, const place& at) {
    const auto verdict = who_.sender && !who_.for_queue
                             ? may_post(in_, group, *who_.sender, who_.may_relay)
                             : posting::allowed;
    if (verdict == posting::allowed)
        return true;
    if (verdict == posting::to_moderators) {
        follow_all(addresses_in(in_, group, "mgrpModerator"), group, "mgrpModerator", at.depth);
        return false;
    }
    const auto text = group.first_value("mgrpMsgRejectText");
    refuse({WP_DENIED, 550, 5, 7, 2,
            text.empty() ? fmt::format("{}: you may not send to this list", at.key->text())
                         : std::string(text.substr(0, text.find_first_of("\r\n")))},
           at.key->text(), at.depth);
    return false;
}

void walk::follow_all(const std::vector<std::string>& addresses, const entry_view& group,
                      std::string_view attribute, std::uint32_t depth) {
    for (const auto& address : addresses) {
        note("member", group.dn(), attribute, address);
        follow(address, depth + 1);
    }
}

/// Dynamic members (R3.7): live, because what was found counts until the cache changes.
member_searches::shared_answer walk::search_members(std::string_view text,
                                                    const entry_view& group) {
    if (auto known = searches_.find(text, in_))
        return known;
    const auto url = directory::parse_search_url(text);
    if (!url) {
        note("member", group.dn(), "memberURL", fmt::format("{}: {}", text, url.failure().text));
        return nullptr;
    }
    auto out = std::make_shared<member_searches::answer>();
    std::uint32_t looked_at = 0;
    const auto visit = [&](const entry_view& entry) {
        const auto dn = entry.normalised_dn();
        const bool in_scope =
            url->scope == directory::search_scope::sub ||
            (url->scope == directory::search_scope::one ? parent_dn(dn) == url->base
                                                        : dn == url->base);
        const bool is_recipient = !entry.first_value("mail").empty() || entry.is_a("inetMailUser");
        if (in_scope && is_recipient && url->wanted.matches(entry))
            out->addresses.push_back(address_of(in_, entry));
        return ++looked_at < settings_.member_search_limit;
    };
    if (const auto base = in_.entry(url->base); base.valid())
        visit(base);
    if (url->scope != directory::search_scope::base)
        in_.entries(url->base, visit);
    out->is_whole = looked_at < settings_.member_search_limit;
    if (!out->is_whole)
        out->addresses.clear();
    searches_.keep(text, in_, out);
    return out;
}

void walk::follow_members(const entry_view& group, const place& at) {
    std::vector<member_searches::shared_answer> found;
    for (const auto* attribute : {"memberURL", "mgrpDeliverTo"})
        for (const auto url : group.all_values(attribute))
            if (auto one = search_members(url, group))
                found.push_back(std::move(one));
    if (std::any_of(found.begin(), found.end(), [](const auto& one) { return !one->is_whole; }))
        return refuse(
            {WP_TEMPFAIL, 451, 4, 3, 5,
             fmt::format("{}: a member search looks at too many entries", at.key->text())},
            at.key->text(), at.depth);
    for (const auto address : group.all_values("mgrpRFC822MailMember")) {
        note("member", group.dn(), "mgrpRFC822MailMember", address);
        follow(address, at.depth + 1);
    }
    for (const auto dn : group.all_values("uniqueMember")) {
        const auto normalised = normalise_dn(dn);
        const auto member = normalised ? in_.entry(*normalised) : entry_view{};
        // A deleted user that the list still names is no member any more (R5.4).
        if (!member.valid()) {
            note("member", group.dn(), "uniqueMember", fmt::format("{} does not exist", dn));
            continue;
        }
        const auto address = address_of(in_, member);
        note("member", group.dn(), "uniqueMember", address);
        follow(address, at.depth + 1);
    }
    for (const auto& one : found)
        follow_all(one->addresses, group, "memberURL", at.depth);
}

} // namespace waypost::kernel::routing
