// SPDX-License-Identifier: Apache-2.0
// A connection in the making: look-ups, then host after host and address after address until a
// server greets and takes EHLO. Then the session has the delivery; otherwise it is reported.
#pragma once

#include "client/delivery.hpp"
#include "client/next_hop.hpp"
#include "client/settings.hpp"

#include <waypost/abi/draft/dns.h>
#include <waypost/net/connector.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace waypost::smtp::client {

class outbound;

/// One step at a time, each on whatever thread the one before ended.
class opening : public std::enable_shared_from_this<opening> {
public:
    opening(std::shared_ptr<outbound> owner, std::string hop, std::unique_ptr<delivery> what);

    void start();

    // For its session, on that one's thread.
    /// The server is ready: the delivery is the session's.
    std::unique_ptr<delivery> ready();
    /// This server will not do; the next one is tried. `in_clear`: the same one, without TLS.
    void refused(error why, bool in_clear = false);

    const std::string& hop() const noexcept { return hop_; }
    const std::shared_ptr<outbound>& owner() const noexcept { return owner_; }
    const std::shared_ptr<const settings>& with() const noexcept { return settings_; }
    const std::string& host() const noexcept { return host_; }
    bool uses_tls() const noexcept { return use_tls_; }

private:
    /// Of a look-up: what was found; not WP_OK: nothing.
    using answered = std::function<void(wp_status, const wp_answer*, error)>;
    void ask(const std::string& name, const char* type, answered then);
    void find_hosts();
    void take_mx(wp_status status, const wp_answer* answer, const error& why);
    void next_host();
    void find_addresses(families which);
    void take_addresses(const wp_answer* answer);
    void next_address();
    void connect();
    void fail(const error& why, std::uint32_t flags);
    std::uint16_t port() const noexcept;

    std::shared_ptr<outbound> owner_;
    std::shared_ptr<const settings> settings_;
    std::string hop_;
    std::unique_ptr<delivery> delivery_;
    next_hop target_;
    std::vector<std::string> hosts_;       // last one first
    std::string host_;                     // being tried
    std::vector<net::endpoint> addresses_; // last one first
    std::optional<net::endpoint> address_;
    bool use_tls_ = true;
    error last_;
};

} // namespace waypost::smtp::client
