// SPDX-License-Identifier: Apache-2.0
// A message for a domain that nobody has defined (R7.2): by the operator's policy it is ignored,
// proposed, or made. Anybody can point an MX at us, so nothing is written before every gate is
// passed, and nothing is made whose zone we may not change, or whose owner has not proved that he
// wants it (proof.hpp).
#pragma once

#include "provisioning/gates.hpp"
#include "provisioning/proof.hpp"
#include "provisioning/provisioner.hpp"

namespace waypost::kernel::provisioning {

enum class policy { off, propose, automatic };

struct request_settings {
    policy by = policy::off;
    std::vector<std::string> suffixes; ///< folded; automatic only below these
    std::vector<std::string> hosts;    ///< folded names of this host in MX records
    std::string catch_all;             ///< of the domains made; empty: none
    bool active = true;                ///< false: made inactive, an operator activates them
    std::uint32_t per_client = 10;     ///< domains looked up a day for one network; others wait
    std::uint32_t total = 1000;        ///< a day
    std::uint32_t made = 100;          ///< domains made a day
    std::chrono::seconds negative_time{900};
    std::size_t under_way = 64; ///< look-ups at once
};

/// Thread-safe.
class domain_requests {
public:
    domain_requests(request_settings with, provisioner& maker, const proof& tokens,
                    public_lookup ask, std::function<bool(std::function<void()>)> run_on_worker);

    bool is_off() const noexcept { return settings_.by == policy::off; }
    /// WP_OK: the domain stands, decide again. WP_TEMPFAIL: later. WP_DENIED: it is none of ours.
    using answer = std::function<void(wp_status)>;
    /// WP_PENDING: `done` is called once, on a worker. Anything else is the answer.
    wp_status ask(const std::string& domain, const std::string& client, const std::string& sender,
                  answer done);

private:
    wp_status decide(const std::string& domain, const std::string& client,
                     const std::string& sender);
    bool was_refused(const std::string& domain);
    wp_status refuse(const std::string& domain);
    result<bool> leads_here(const std::string& domain) const;
    result<bool> is_proved(const std::string& domain) const;
    attribute_list first_attributes() const;
    wp_status propose(const std::string& domain, const std::string& asked_by);
    wp_status make_below_suffix(const std::string& domain, const std::string& asked_by);
    /// `proposed`: it waits already.
    wp_status make_if_proved(const std::string& domain, const std::string& asked_by, bool proposed);

    const request_settings settings_;
    provisioner& maker_;
    const proof& proof_;
    public_lookup look_up_;
    std::function<bool(std::function<void()>)> run_on_worker_;
    daily_limit looked_up_;
    daily_limit looked_again_; ///< for the proof of proposed domains
    daily_limit made_;

    std::mutex mutex_;
    std::unordered_map<std::string, std::vector<answer>> waiting_;
    std::unordered_map<std::string, std::chrono::steady_clock::time_point> refused_;
};

} // namespace waypost::kernel::provisioning
