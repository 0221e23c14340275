// SPDX-License-Identifier: Apache-2.0
#include "updater.hpp"

#include "answer.hpp"
#include "outcome.hpp"

#include <algorithm>
#include <set>

namespace waypost::dns {
namespace {

std::string owner_of(const ldns_rr* from) {
    const ldns_ptr<char> text(ldns_rdf2str(ldns_rr_owner(from)));
    const auto name = folded_name(text ? text.get() : "");
    return name ? *name : std::string{};
}

std::string data_of(const ldns_rr* from) {
    std::string out;
    for (std::size_t i = 0; i < ldns_rr_rd_count(from); ++i) {
        const ldns_ptr<char> text(ldns_rdf2str(ldns_rr_rdf(from, i)));
        if (!out.empty())
            out += ' ';
        out += text ? text.get() : "";
    }
    return out;
}

} // namespace

result<ldns_ptr<ldns_pkt>> updater::ask(const request& what) const {
    const auto answer = exchange(settings_.server, what.wire, settings_.timeout);
    if (!answer)
        return answer.failure();
    return verified(*answer, what, settings_.key);
}

bool updater::listed(std::string_view zone) const {
    return std::any_of(settings_.zones.begin(), settings_.zones.end(),
                       [&](const auto& allowed) { return within(zone, allowed); });
}

result<std::string> updater::zone_of(std::string_view name) const {
    const auto folded = folded_name(name);
    if (!folded)
        return folded.failure();
    if (!listed(*folded))
        return std::string{};
    const auto asked = question(*folded, "SOA", settings_.key);
    if (!asked)
        return asked.failure();
    const auto answer = ask(*asked);
    if (!answer)
        return answer.failure();
    const auto rcode = ldns_pkt_get_rcode(answer->get());
    if (rcode == LDNS_RCODE_SERVFAIL)
        return error{WP_TEMPFAIL, "SERVFAIL for the SOA of " + *folded};
    if (!ldns_pkt_aa(answer->get()))
        return std::string{};
    for (const auto* section : {ldns_pkt_answer(answer->get()), ldns_pkt_authority(answer->get())})
        for (std::size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
            const auto* one = ldns_rr_list_rr(section, i);
            if (ldns_rr_get_type(one) != LDNS_RR_TYPE_SOA)
                continue;
            auto zone = owner_of(one);
            return within(*folded, zone) && listed(zone) ? zone : std::string{};
        }
    return std::string{};
}

result<void> updater::apply(std::string_view zone, const std::vector<change>& changes) const {
    const auto folded = folded_name(zone);
    if (!folded)
        return folded.failure();
    if (!listed(*folded))
        return error{WP_DENIED, "zone " + *folded + " is not in the list 'zones'"};
    if (changes.size() > most_changes)
        return error{WP_INVALID, "more than 256 changes in one update"};
    const auto asked = update_request(*folded, changes, settings_.key);
    if (!asked)
        return asked.failure();
    const auto answer = ask(*asked);
    if (!answer)
        return answer.failure();
    auto outcome = update_outcome(answer->get(), *folded);
    if (outcome || outcome.failure().status != WP_CONFLICT)
        return outcome;
    const auto done = done_before(changes);
    if (!done)
        return done.failure();
    return *done ? result<void>{} : outcome;
}

result<bool> updater::done_before(const std::vector<change>& changes) const {
    std::set<std::pair<std::string, std::string>> sets;
    bool changed = false;
    for (const auto& one : changes) {
        if (one.kind == WP_DNS_ADD || one.kind == WP_DNS_REMOVE) {
            sets.emplace(one.what.owner, one.what.type);
            changed = true;
        }
    }
    // A requirement about a set that the batch leaves alone cannot be violated by its first run.
    for (const auto& one : changes)
        if (!sets.contains({one.what.owner, one.what.type}))
            changed = false;
    for (const auto& [owner, type] : sets) {
        auto now = fetch(owner, type);
        if (!now)
            return now.failure();
        auto same = already_so({owner, type, *std::move(now)}, changes);
        if (!same || !*same)
            return same;
    }
    return changed;
}

result<ldns_ptr<ldns_rr_list>> updater::fetch(std::string_view owner, std::string_view type) const {
    const auto asked = question(owner, type, settings_.key);
    if (!asked)
        return asked.failure();
    const auto answer = ask(*asked);
    if (!answer)
        return answer.failure();
    const auto rcode = ldns_pkt_get_rcode(answer->get());
    if (rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN)
        return error{rcode == LDNS_RCODE_SERVFAIL ? WP_TEMPFAIL : WP_DENIED,
                     "the server does not answer for " + std::string(owner)};
    if (!ldns_pkt_aa(answer->get()))
        return error{WP_DENIED, "the server is not authoritative for " + std::string(owner)};
    ldns_ptr<ldns_rr_list> out(ldns_rr_list_new());
    const auto wanted = ldns_get_rr_type_by_name(std::string(type).c_str());
    const auto* section = ldns_pkt_answer(answer->get());
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
        const auto* one = ldns_rr_list_rr(section, i);
        if (ldns_rr_get_type(one) == wanted && owner_of(one) == owner)
            ldns_rr_list_push_rr(out.get(), ldns_rr_clone(one));
    }
    return out;
}

result<std::vector<record>> updater::read(std::string_view owner, std::string_view type) const {
    const auto folded = folded_name(owner);
    if (!folded)
        return folded.failure();
    const auto found = fetch(*folded, type);
    if (!found)
        return found.failure();
    std::vector<record> out;
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(found->get()); ++i) {
        const auto* one = ldns_rr_list_rr(found->get(), i);
        out.push_back({*folded, std::string(type), data_of(one), ldns_rr_ttl(one)});
    }
    return out;
}

} // namespace waypost::dns
