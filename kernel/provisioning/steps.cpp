// SPDX-License-Identifier: Apache-2.0
// The steps of a new domain, and the way back.
#include "provisioning/provisioner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::provisioning {
namespace {

std::vector<directory::attribute_change> changes_of(const attribute_list& wanted) {
    std::vector<directory::attribute_change> out;
    for (const auto& [name, values] : wanted)
        out.push_back({directory::attribute_change::kind::replace, name, values});
    return out;
}

bool is_fine(set_report::finding found) {
    return found == set_report::finding::right || found == set_report::finding::wildcard;
}

std::vector<set_report> of_kind(const std::vector<set_report>& all, set_report::finding kind) {
    std::vector<set_report> out;
    std::copy_if(all.begin(), all.end(), std::back_inserter(out),
                 [&](const auto& one) { return one.found == kind; });
    return out;
}

std::string described(const set_report& set) {
    std::string there;
    for (const auto& data : set.present)
        there += (there.empty() ? "" : ", ") + data;
    return fmt::format("{} {} is {} and should be {}", set.owner, set.type,
                       there.empty() ? "absent" : there, set.wanted.front().data);
}

} // namespace

std::vector<dns_record> provisioner::wanted_records(const std::string& domain) const {
    return expand(settings_.records, domain, settings_.hostname, settings_.ttl_seconds);
}

bool provisioner::exists(const std::string& domain) const {
    return cache_.read().domain(domain).valid();
}

result<void> provisioner::advance(domain_record& one) {
    result<void> out;
    while (out && one.state < progress::verified) {
        one.problem.clear();
        switch (one.state) {
        case progress::planned:
            out = make_entries(one);
            break;
        case progress::entries:
            out = make_records(one);
            break;
        case progress::dns:
            out = check_tables(one);
            break;
        default:
            out = verify(one);
        }
        if (out)
            one.state = static_cast<progress>(static_cast<int>(one.state) + 1);
        else
            one.problem = out.failure().text;
        if (auto kept = journal_.put(one); !kept)
            return kept;
    }
    return out;
}

result<void> provisioner::make_entries(domain_record& one) {
    if (!cache_.is_complete())
        return error{WP_TEMPFAIL, "the directory has not been read yet"};
    const auto changes = changes_of(one.wanted);
    const bool resumed = !one.entries.empty();
    auto missing = admin_.missing_entries(one.domain, changes);
    if (!missing)
        return missing.failure();
    // Recorded before they are written; after a crash some of them are there already.
    for (auto& dn : *missing)
        if (std::find(one.entries.begin(), one.entries.end(), dn) == one.entries.end())
            one.entries.push_back(std::move(dn));
    if (auto kept = journal_.put(one); !kept)
        return kept;
    auto made = admin_.add_domain(one.domain, changes);
    if (!made)
        return made.failure();
    // What came to exist meanwhile is not ours.
    if (!resumed)
        one.entries = std::move(made->added);
    return {};
}

result<std::optional<zone_place>> provisioner::zone_for(domain_record& one) {
    auto place = dns_.place_of(one.domain);
    if (!place || *place || !settings_.create_zones)
        return place;
    one.zone_created = one.domain;
    if (auto kept = journal_.put(one); !kept)
        return kept.failure();
    auto made = dns_.create_zone(one.domain);
    if (made && !*made)
        one.zone_created.clear();
    return made;
}

result<void> provisioner::make_records(domain_record& one) {
    const auto wanted = wanted_records(one.domain);
    auto place = zone_for(one);
    if (!place)
        return place.failure();
    one.to_publish = *place ? std::vector<dns_record>() : wanted;
    if (!*place)
        return {};
    auto sets = dns_.look(**place, wanted);
    if (!sets)
        return sets.failure();
    if (const auto foreign = of_kind(*sets, set_report::finding::other); !foreign.empty())
        return error{WP_CONFLICT,
                     fmt::format("{}; it is not ours to change", described(foreign[0]))};
    auto absent = of_kind(*sets, set_report::finding::absent);
    for (auto& wild : of_kind(*sets, set_report::finding::wildcard))
        absent.push_back(std::move(wild));
    for (const auto& set : absent)
        for (const auto& record : set.wanted)
            if (std::find(one.records.begin(), one.records.end(), record) == one.records.end())
                one.records.push_back(record);
    if (auto kept = journal_.put(one); !kept)
        return kept;
    return dns_.publish(**place, fmt::format("add {} {}", one.domain, one.created_ns), absent);
}

result<void> provisioner::check_tables(domain_record& one) {
    if (exists(one.domain))
        return {};
    return error{WP_TEMPFAIL,
                 fmt::format("it is not in the directory (or not yet); `waypost domain remove {}` "
                             "withdraws its records",
                             one.domain)};
}

result<void> provisioner::verify(domain_record& one) {
    auto place = dns_.place_of(one.domain);
    if (!place)
        return place.failure();
    const auto wanted = wanted_records(one.domain);
    auto sets = *place ? dns_.look(**place, wanted) : look_outside(wanted);
    if (!sets)
        return sets.failure();
    for (const auto& set : *sets)
        if (!is_fine(set.found))
            return error{WP_CONFLICT, described(set)};
    return {};
}

result<std::vector<set_report>>
provisioner::look_outside(const std::vector<dns_record>& wanted) const {
    auto seen = look_in_public(settings_.look_up, wanted);
    return !seen && seen.failure().status == WP_UNSUPPORTED ? std::vector<set_report>() : seen;
}

result<directory::written> provisioner::take_down(domain_record& one) {
    directory::written out;
    if (one.state == progress::removing) {
        if (!cache_.is_complete())
            return error{WP_TEMPFAIL, "the directory has not been read yet"};
        if (exists(one.domain)) {
            auto removed = admin_.remove_domain(one.domain);
            if (!removed && removed.failure().status == WP_TEMPFAIL)
                return error{WP_TEMPFAIL, removed.failure().text + "; it is tried again"};
            if (!removed) {
                one.state = progress::entries;
                if (auto again = advance(one); !again)
                    settings_.log(WP_LOG_WARNING,
                                  fmt::format("domain {}: {}", one.domain, again.failure().text));
                return removed;
            }
            out = *std::move(removed);
        }
        one.state = progress::withdrawing;
        if (auto kept = journal_.put(one); !kept)
            return kept.failure();
    }
    if (auto gone = withdraw(one); !gone)
        return error{gone.failure().status,
                     fmt::format("{} is gone from the directory; its DNS records are withdrawn "
                                 "later: {}",
                                 one.domain, gone.failure().text)};
    return out;
}

result<void> provisioner::go_on(domain_record& one) {
    if (one.state == progress::withdrawing && exists(one.domain))
        one.state = progress::entries; // it came back before its records were gone
    if (one.state != progress::removing && one.state != progress::withdrawing)
        return advance(one);
    auto gone = take_down(one);
    if (gone)
        return {};
    if (auto kept = journal_.get(one.domain); kept && *kept) {
        (*kept)->problem = gone.failure().text;
        if (auto told = journal_.put(**kept); !told)
            return told;
    }
    return gone.failure();
}

result<void> provisioner::withdraw(domain_record& one) {
    if (!one.zone_created.empty()) {
        if (auto gone = dns_.remove_zone(one.zone_created); !gone)
            return gone;
    } else if (!one.records.empty()) {
        auto place = dns_.place_of(one.domain);
        if (!place)
            return place.failure();
        if (*place)
            if (auto gone = dns_.withdraw(
                    **place, fmt::format("remove {} {}", one.domain, one.created_ns), one.records);
                !gone)
                return gone;
    }
    for (auto dn = one.entries.rbegin(); dn != one.entries.rend(); ++dn)
        if (auto gone = admin_.remove_leaf(*dn); !gone)
            return gone;
    return journal_.erase(one.domain);
}

} // namespace waypost::kernel::provisioning
