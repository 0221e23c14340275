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

} // namespace

domain_requests::domain_requests(request_settings with, provisioner& maker, mail_hosts ask,
                                 std::function<bool(std::function<void()>)> run_on_worker)
    : settings_(std::move(with)), maker_(maker), mail_hosts_(std::move(ask)),
      run_on_worker_(std::move(run_on_worker)), looked_up_(settings_.per_client, settings_.total),
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
    const auto hosts = mail_hosts_(domain);
    if (!hosts)
        return hosts.failure().status == WP_NOT_FOUND ? result<bool>(false) : hosts.failure();
    return std::any_of(hosts->begin(), hosts->end(), [&](const auto& host) {
        const auto name = fold_domain(host);
        return std::find(settings_.hosts.begin(), settings_.hosts.end(), name) !=
               settings_.hosts.end();
    });
}

wp_status domain_requests::decide(const std::string& domain, const std::string& client,
                                  const std::string& sender) {
    const auto known = maker_.find(domain);
    if (!known)
        return WP_TEMPFAIL;
    if (*known && (*known)->state == progress::rejected)
        return refuse(domain);
    if (*known && (*known)->state == progress::proposed)
        return WP_TEMPFAIL;
    if (!looked_up_.take(network_of(client), clock::now()))
        return WP_TEMPFAIL; // nobody knows yet whether it is ours
    const auto ours = leads_here(domain);
    if (!ours)
        return WP_TEMPFAIL;
    if (!*ours)
        return refuse(domain);
    const auto asked_by = fmt::format("client {} sender <{}>", client, sender);
    if (settings_.by == policy::automatic && is_below_any(domain, settings_.suffixes))
        return make(domain, asked_by);
    return propose(domain, asked_by);
}

/// Whatever comes of it, the sender tries again.
wp_status domain_requests::propose(const std::string& domain, const std::string& asked_by) {
    maker_.propose(domain, asked_by);
    return WP_TEMPFAIL;
}

wp_status domain_requests::make(const std::string& domain, const std::string& asked_by) {
    // A zone that we may change is the proof that the domain is ours; without it a person decides.
    const auto plan = maker_.plan(domain, {});
    if (!plan)
        return WP_TEMPFAIL;
    if (plan->zone.empty() || !made_.take("made", clock::now()))
        return propose(domain, asked_by);
    attribute_list wanted;
    if (!settings_.catch_all.empty())
        wanted.push_back({"mailDomainCatchallAddress", {settings_.catch_all}});
    if (!settings_.active)
        wanted.push_back({"inetDomainStatus", {"inactive"}});
    const auto made = maker_.add(domain, wanted, origin::message, asked_by);
    return made && made->state >= progress::tables && made->state <= progress::verified
               ? WP_OK
               : WP_TEMPFAIL;
}

} // namespace waypost::kernel::provisioning
