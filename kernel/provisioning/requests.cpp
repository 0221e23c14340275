// SPDX-License-Identifier: Apache-2.0
#include "provisioning/requests.hpp"

#include "directory/keys.hpp"
#include "directory/names.hpp"

#include <waypost/abi/host.h>
#include <waypost/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::provisioning {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::size_t most_refused = 100'000;

wp_status outcome_of(const result<domain_record>& made) {
    return made && made->state >= progress::tables && made->state <= progress::verified
               ? WP_OK
               : WP_TEMPFAIL;
}

} // namespace

domain_requests::domain_requests(request_settings with, provisioner& maker, const proof& tokens,
                                 public_lookup ask,
                                 std::function<bool(std::function<void()>)> run_on_worker)
    : settings_(std::move(with)), maker_(maker), proof_(tokens), look_up_(std::move(ask)),
      run_on_worker_(std::move(run_on_worker)), looked_up_(settings_.per_client, settings_.total),
      looked_again_(std::max(settings_.total / 10, 1U), settings_.total),
      made_(settings_.made, settings_.made) {}

wp_status domain_requests::ask(const std::string& domain, const std::string& client,
                               const std::string& sender, answer done) {
    const auto name = directory::check_domain_name(domain);
    if (is_off() || !name || is_reserved(*name) || was_refused(*name) || is_public_suffix(*name))
        return WP_DENIED;
    {
        const std::lock_guard lock(mutex_);
        const auto [found, is_new] = waiting_.try_emplace(*name);
        if (is_new && waiting_.size() > settings_.under_way) {
            waiting_.erase(found);
            return WP_TEMPFAIL;
        }
        found->second.push_back(std::move(done));
        if (!is_new)
            return WP_PENDING;
    }
    const auto finish = [this, key = *name](wp_status status) {
        std::vector<answer> all;
        {
            const std::lock_guard lock(mutex_);
            all = std::move(waiting_[key]);
            waiting_.erase(key);
        }
        for (const auto& one : all)
            one(status);
    };
    if (!run_on_worker_(
            [this, key = *name, client, sender, finish] { finish(decide(key, client, sender)); }))
        finish(WP_TEMPFAIL);
    return WP_PENDING;
}

bool domain_requests::was_refused(const std::string& domain) {
    const std::lock_guard lock(mutex_);
    const auto found = refused_.find(domain);
    return found != refused_.end() && clock::now() < found->second;
}

wp_status domain_requests::refuse(const std::string& domain) {
    const std::lock_guard lock(mutex_);
    if (refused_.size() >= most_refused)
        refused_.clear();
    refused_[domain] = clock::now() + settings_.negative_time;
    return WP_DENIED;
}

result<bool> domain_requests::leads_here(const std::string& domain) const {
    const auto exchangers = look_up_(domain, "MX");
    if (!exchangers)
        return exchangers.failure();
    return std::any_of(exchangers->begin(), exchangers->end(), [&](const auto& data) {
        const auto name = fold_domain(data.substr(std::min(data.size(), data.find(' ') + 1)));
        return std::find(settings_.hosts.begin(), settings_.hosts.end(), name) !=
               settings_.hosts.end();
    });
}

result<bool> domain_requests::is_proved(const std::string& domain) const {
    const auto texts = look_up_(challenge_name(domain), "TXT");
    return texts ? result<bool>(proof_.is_proved(domain, *texts)) : texts.failure();
}

attribute_list domain_requests::first_attributes() const {
    attribute_list out;
    if (!settings_.catch_all.empty())
        out.push_back({"mailDomainCatchallAddress", {settings_.catch_all}});
    if (!settings_.active)
        out.push_back({"inetDomainStatus", {"inactive"}});
    return out;
}

wp_status domain_requests::decide(const std::string& domain, const std::string& client,
                                  const std::string& sender) {
    const auto known = maker_.find(domain);
    if (!known)
        return WP_TEMPFAIL;
    if (*known && (*known)->state == progress::rejected)
        return refuse(domain);
    const bool proposed = *known && (*known)->state == progress::proposed;
    if (proposed && settings_.by != policy::automatic)
        return WP_TEMPFAIL;
    // Who tries again for a proposed domain must not use up what his neighbours have.
    const bool may_look = proposed ? looked_again_.take(domain, clock::now())
                                   : looked_up_.take(network_of(client), clock::now());
    if (!may_look)
        return WP_TEMPFAIL; // nobody knows yet whether it is ours
    const auto ours = leads_here(domain);
    if (!ours)
        return WP_TEMPFAIL;
    if (!*ours)
        return proposed ? WP_TEMPFAIL : refuse(domain);
    const auto asked_by = fmt::format("client {} sender <{}>", client, sender);
    if (settings_.by != policy::automatic)
        return propose(domain, asked_by);
    if (!proposed && is_below_any(domain, settings_.suffixes))
        return make_below_suffix(domain, asked_by);
    return make_if_proved(domain, asked_by, proposed);
}

/// Whatever comes of it, the sender tries again.
wp_status domain_requests::propose(const std::string& domain, const std::string& asked_by) {
    maker_.propose(domain, asked_by);
    return WP_TEMPFAIL;
}

wp_status domain_requests::make_below_suffix(const std::string& domain,
                                             const std::string& asked_by) {
    // A zone that we may change is the proof that the domain is ours.
    const auto zone = maker_.zone_of(domain);
    if (!zone)
        return WP_TEMPFAIL;
    if (zone->empty())
        return make_if_proved(domain, asked_by, false);
    if (!made_.take("made", clock::now()))
        return propose(domain, asked_by);
    return outcome_of(maker_.add(domain, first_attributes(), origin::message, asked_by));
}

wp_status domain_requests::make_if_proved(const std::string& domain, const std::string& asked_by,
                                          bool proposed) {
    const auto proved = is_proved(domain);
    if (!proved)
        return WP_TEMPFAIL;
    if (!*proved || !made_.take("made", clock::now()))
        return propose(domain, asked_by);
    return outcome_of(proposed ? maker_.approve(domain, first_attributes())
                               : maker_.add(domain, first_attributes(), origin::message, asked_by));
}

} // namespace waypost::kernel::provisioning
