// SPDX-License-Identifier: Apache-2.0
// The making of domains in this site: the provisioner with the DNS updaters that are configured,
// and the domains that messages ask for.
#pragma once

#include "config/settings.hpp"
#include "control/sources.hpp"
#include "daemon/resolver_service.hpp"
#include "host/log.hpp"
#include "host/plugin_set.hpp"
#include "provisioning/requests.hpp"

namespace waypost::kernel::daemon {

/// Thread-safe after open.
class provisioning_part {
public:
    provisioning_part(const config::settings& from, host::log_output& log);

    result<void> open(const directory::cache& cache, directory::admin& admin,
                      resolver_service& names, std::function<bool(std::function<void()>)> worker);
    /// The DNS updaters; before start.
    void add(host::instance& updater);
    void start();
    void stop();

    /// Before open nobody listens.
    void domains_changed(const std::set<std::string>& names);
    /// See transfer::options::define.
    wp_status define(const std::string& domain, const std::string& client,
                     const std::string& sender, std::function<void(wp_status)> then);
    bool asks_messages() const noexcept { return requests_ && !requests_->is_off(); }
    provisioning::provisioner& maker() noexcept { return *maker_; }
    const provisioning::proof& tokens() const noexcept { return *proof_; }

private:
    host::log_output& log_;
    std::filesystem::path folder_;
    provisioning::provisioning_settings settings_;
    provisioning::request_settings request_settings_;
    std::optional<error> unusable_;
    provisioning::dns_part dns_;
    std::unique_ptr<provisioning::journal> journal_;
    std::unique_ptr<provisioning::proof> proof_;
    std::unique_ptr<provisioning::provisioner> maker_;
    std::unique_ptr<provisioning::domain_requests> requests_;
    std::atomic<bool> started_{false};
};

/// domain.add, plan, remove, check, proposals, approve, reject, token
void connect_provisioning(control::sources& calls, provisioning::provisioner& maker,
                          const provisioning::proof& tokens);

} // namespace waypost::kernel::daemon
