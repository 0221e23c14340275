// SPDX-License-Identifier: Apache-2.0
#include "routing/walk.hpp"

#include "directory/keys.hpp"

#include <waypost/ascii.hpp>

#include <fmt/format.h>

namespace waypost::kernel::routing {

namespace {

bool matches(std::string_view pattern, std::string_view domain) noexcept {
    return pattern == "*" || pattern == domain ||
           (pattern.starts_with('.') && domain.ends_with(pattern));
}

} // namespace

walk::walk(const directory::cache& cache, const settings& with, member_searches& searches,
           asker who, decision& out, std::vector<step>* steps)
    : cache_(cache), in_(cache.read()), settings_(with), searches_(searches), who_(who), out_(out),
      steps_(steps) {}

void walk::note(std::string_view what, std::string_view source, std::string_view attribute,
                std::string_view result) {
    if (!steps_)
        return;
    steps_->push_back(
        {std::string(what), std::string(source), std::string(attribute), std::string(result)});
}

void walk::refuse(error why, std::string_view address, std::uint32_t depth) {
    if (steps_)
        note("refused", {}, {},
             fmt::format("{} {}.{}.{} {}", why.smtp, why.enhanced[0], why.enhanced[1],
                         why.enhanced[2], why.text));
    // A target that cannot take mail now keeps its copy in the queue; one that never will is left
    // out.
    if (depth > 0 && why.smtp < 500) {
        if (auto* later = add(address, depth)) {
            later->channel = retry_channel;
            later->address = address;
        }
        return;
    }
    if (refused_)
        return;
    refused_ = true;
    out_.refusal = std::move(why);
}

void walk::run(std::string_view address) {
    out_.status = WP_OK;
    out_.unconfirmed = false;
    out_.unknown_domain.clear();
    out_.destinations.clear();
    if (!in_.ok())
        refuse({WP_TEMPFAIL, 451, 4, 3, 0, "the directory cache cannot be read now"}, address, 0);
    else
        follow(address, 0);
    if (!out_.destinations.empty()) {
        out_.unconfirmed = false;
        return;
    }
    if (!refused_)
        out_.refusal = {WP_PERMFAIL, 554, 5, 4, 6, "the address leads nowhere but to itself"};
    out_.status = out_.refusal.status;
}

destination* walk::add(std::string_view identity, std::uint32_t depth) {
    if (depth > 0 && !seen_.insert('=' + std::string(identity)).second)
        return nullptr;
    if (out_.destinations.size() >= settings_.destination_limit) {
        note("limit", "config", "destination_limit", "no more destinations");
        return nullptr;
    }
    auto& made = out_.destinations.emplace_back();
    made.errors_to = errors_to_;
    return &made;
}

bool walk::is_ours(std::string_view host) const noexcept {
    if (host == "localhost" || settings_.local_hosts.empty())
        return true;
    return std::find(settings_.local_hosts.begin(), settings_.local_hosts.end(), host) !=
           settings_.local_hosts.end();
}

void walk::relay(std::string_view address, std::string_view next_hop, std::string_view channel) {
    auto* to = add(address, seen_.empty() ? 0 : 1);
    if (!to)
        return;
    to->what = destination::kind::relay;
    to->channel = channel.empty() ? std::string_view(settings_.relay_channel) : channel;
    to->address = address;
    to->next_hop = next_hop;
    note("relay", {}, {}, fmt::format("{} to {} by channel {}", address, next_hop, to->channel));
}

void walk::relay_unknown(std::string_view address, const std::string& domain) {
    for (const auto& rule : settings_.channel_rules) {
        if (!matches(rule.pattern, domain))
            continue;
        note("channel", "config", "transfer.channels", rule.pattern);
        return relay(address, rule.next_hop.empty() ? domain : rule.next_hop, rule.channel);
    }
    relay(address, domain, {});
}

void walk::unknown_domain(std::string_view address, std::string_view domain, std::uint32_t depth) {
    note("domain", "tables", {}, fmt::format("{} is not in the routing table", domain));
    if (!cache_.is_complete() && !who_.may_relay && depth == 0)
        return refuse({WP_TEMPFAIL, 451, 4, 3, 0, "the directory has not been read yet"}, address,
                      depth);
    // A forward of ours may lead anywhere; a stranger may not.
    if (who_.may_relay || who_.for_queue || depth > 0)
        return relay_unknown(address, fold(domain));
    out_.unknown_domain = domain;
    refuse({WP_DENIED, 550, 5, 7, 1, fmt::format("relaying to {} denied", domain)}, address, depth);
}

void walk::follow(std::string_view address, std::uint32_t depth) {
    auto parts = split_address(address);
    if (parts.domain.empty() && equal_folded(parts.local, "postmaster") &&
        !settings_.postmaster.empty()) {
        note("postmaster", "config", "postmaster", settings_.postmaster);
        parts = split_address(settings_.postmaster); // RFC 5321 s4.1.1.3
    }
    const folded_address first(parts.local, parts.domain);
    if (parts.local.empty() || parts.domain.empty() || first.text().empty())
        return refuse(
            {WP_INVALID, 553, 5, 1, 3,
             fmt::format("'{}' is not a mail address", address.substr(0, max_domain_name))},
            address, depth);
    if (depth > 0 && !seen_.insert(std::string(first.text())).second)
        return note("loop", {}, {}, fmt::format("{} was followed already", address));

    auto domain = first.domain();
    auto route = in_.route(domain);
    std::uint32_t depth_here = depth;
    while (route.valid() && route.kind() == WP_ROUTE_ALIAS && depth_here <= settings_.depth_limit) {
        note("domain alias", route.origin(), route.attribute(),
             fmt::format("{} is {}", domain, route.target()));
        const folded_address as(parts.local, domain);
        const place here{route, &as, parts.local, {}, depth};
        if (!pass_state(route.status(), here, {}, domain, route.state_dn(),
                        route.state_attribute()))
            return;
        domain = route.target();
        route = in_.route(domain);
        ++depth_here;
    }
    if (depth_here > settings_.depth_limit)
        return refuse({WP_PERMFAIL, 554, 5, 4, 6,
                       fmt::format("{} leads through too many aliases or forwards", address)},
                      address, depth);
    const bool rewritten = depth_here != depth;
    const auto current = rewritten ? fmt::format("{}@{}", parts.local, domain) : std::string{};
    const std::string_view now = rewritten ? std::string_view(current) : address;
    if (!route.valid())
        return unknown_domain(now, domain, depth);
    note_other_routes(route, domain);
    if (route.kind() == WP_ROUTE_RELAY) {
        note("route", route.origin(), route.attribute(),
             fmt::format("{}: relay to {} (generator {})", domain, route.target(),
                         route.generator()));
        return relay(now, route.target(), route.channel());
    }
    const folded_address key(parts.local, domain);
    follow_hosted({route, &key, parts.local, {}, depth_here});
}

void walk::note_other_routes(const directory::route_view& counts, std::string_view domain) {
    if (!steps_)
        return;
    in_.routes(domain, [&](const directory::route_view& other) {
        if (other.bytes().data() != counts.bytes().data())
            note("conflict", other.origin(), other.attribute(),
                 fmt::format("another row for {} loses (generator {})", domain, other.generator()));
        return true;
    });
}

void walk::follow_hosted(const place& at) {
    const auto domain = at.key->domain();
    if (steps_)
        note("domain", at.route.origin(), at.route.attribute(),
             fmt::format("{} is hosted (generator {})", domain, at.route.generator()));
    bool here = at.route.routing_hosts().empty();
    for (auto rest = at.route.routing_hosts(); !here && !rest.empty();) {
        const auto end = rest.find('\n');
        here = is_ours(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    if (!here) {
        const auto host = at.route.routing_hosts().substr(0, at.route.routing_hosts().find('\n'));
        note("route", at.route.origin(), "mailRoutingHosts",
             fmt::format("{} is another host's", domain));
        return relay(fmt::format("{}@{}", at.local, domain), to_host(host), {});
    }
    const auto status = at.route.status();
    if (status != state::active && status != state::hold &&
        !pass_state(status, at, {}, domain, at.route.state_dn(), at.route.state_attribute()))
        return;
    if (const auto row = in_.alias(at.key->text()); row.valid())
        return follow_row(row, at, {});
    const auto sub = split_detail(at.local, settings_.separator);
    if (sub.user.size() != at.local.size()) {
        const folded_address user(sub.user, domain);
        if (const auto row = in_.alias(user.text()); row.valid()) {
            note("subaddress", "config", "separator",
                 fmt::format("user {}, detail {}", sub.user, sub.detail));
            return follow_row(row, at, sub.detail);
        }
    }
    not_found(at);
}

bool walk::is_postmaster(const place& at) const noexcept {
    return at.key->local() == "postmaster";
}

void walk::not_found(const place& at) {
    const auto domain = at.key->domain();
    note("address", "tables", {}, fmt::format("{} is not in the alias table", at.key->text()));
    if (is_postmaster(at)) {
        const bool own = !at.route.postmaster().empty();
        const auto to = own ? at.route.postmaster() : std::string_view(settings_.postmaster);
        if (!to.empty() && !equal_folded(to, at.key->text())) {
            note("postmaster", own ? at.route.origin() : "config",
                 own ? "mailDomainReportAddress" : "postmaster", to);
            seen_.insert(std::string(at.key->text()));
            return follow(std::string(to), at.depth + 1);
        }
    }
    const folded_address any({}, domain);
    if (const auto row = in_.alias(any.text()); row.valid()) {
        note("catch-all", row.origin(), row.attribute(), row.account());
        return follow_row(row, at, {});
    }
    if (const auto to = at.route.catch_all(); !to.empty()) {
        note("catch-all", at.route.origin(), "mailDomainCatchallAddress", to);
        seen_.insert(std::string(at.key->text()));
        const auto target =
            to.starts_with('@') ? fmt::format("{}{}", at.local, to) : std::string(to);
        return follow(target, at.depth + 1);
    }
    if (const auto host = at.route.smart_host(); !host.empty()) {
        note("smart host", at.route.origin(), "mailRoutingSmartHost", host);
        return relay(fmt::format("{}@{}", at.local, domain), host, {});
    }
    const bool behind = !who_.confirmed && !cache_.is_live();
    if (behind) {
        if (at.depth == 0)
            out_.unconfirmed = true;
        return refuse(
            {WP_TEMPFAIL, 450, 4, 1, 1, fmt::format("{} cannot be verified now", at.key->text())},
            at.key->text(), at.depth);
    }
    refuse({WP_PERMFAIL, 550, 5, 1, 1, fmt::format("{}: no such user here", at.key->text())},
           at.key->text(), at.depth);
}

bool walk::pass_state(state value, const place& at, std::string_view account,
                      std::string_view subject, std::string_view dn, std::string_view attribute) {
    if (value == state::active)
        return true;
    note("state", dn, attribute, fmt::format("{} is {}", subject, to_text(value)));
    switch (value) {
    case state::hold:
        if (auto* parked = add(at.key->text(), at.depth)) {
            parked->channel = hold_channel;
            parked->address = at.key->text();
            parked->account = account;
        }
        return false;
    case state::overquota:
        refuse(
            settings_.overquota_permanent
                ? error{WP_PERMFAIL, 552, 5, 2, 2, fmt::format("{} is over its quota", subject)}
                : error{WP_OVERQUOTA, 452, 4, 2, 2, fmt::format("{} is over its quota", subject)},
            at.key->text(), at.depth);
        return false;
    case state::disabled:
    case state::deleted:
    case state::removed:
        refuse({WP_PERMFAIL, 550, 5, 2, 1, fmt::format("{} has been {}", subject, to_text(value))},
               at.key->text(), at.depth);
        return false;
    default:
        refuse({WP_TEMPFAIL, 450, 4, 2, 1, fmt::format("{} is inactive at the moment", subject)},
               at.key->text(), at.depth);
        return false;
    }
}

} // namespace waypost::kernel::routing
