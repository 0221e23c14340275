// SPDX-License-Identifier: Apache-2.0
// Where a recipient leads: the question that the SMTP session asks at RCPT, the transfer unit
// before each attempt, and `waypost route` for people. Reads the rows of the directory cache and
// nothing else (spec R3.4, R3.5, R6).
#pragma once

#include "routing/status.hpp"

#include <waypost/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::directory {
class cache;
}

namespace waypost::kernel::routing {

class member_searches;

/// Names that are no channels.
inline constexpr std::string_view hold_channel = "hold";   ///< accepted, waits for the operator
inline constexpr std::string_view retry_channel = "retry"; ///< to be decided again later

/// One place a recipient leads to.
struct destination {
    enum class kind { local, relay };
    kind what = kind::local;
    /// Of local: "mailbox", hold_channel or retry_channel (for `address`). Of relay: as the row
    /// says, or the default.
    std::string channel;
    std::string address; ///< the current address
    std::string account; ///< of local: canonical account, "ann@example.com"
    std::string detail;  ///< of user+detail
    std::string next_hop;
    std::string errors_to;         ///< who hears of failures; empty: the sender
    std::int64_t quota_bytes = -1; ///< effective; -1: none
    std::int64_t quota_messages = -1;
};

struct decision {
    wp_status status = WP_OK; ///< WP_OK: accepted, destinations is not empty
    error refusal;            ///< otherwise, with SMTP and enhanced code
    std::vector<destination> destinations;
    /// The refusal rests on a cache that may be behind: ask directory::confirmer, then decide again
    /// (R5.7).
    bool unconfirmed = false;
    /// Refused because nobody has defined this domain; empty: for another reason.
    std::string unknown_domain;
};

struct asker {
    bool may_relay = false; ///< authenticated, or from a trusted network
    bool confirmed = false; ///< the directory was asked just now: a miss is final
    bool for_queue =
        false; ///< for mail accepted earlier: inactive is tried again, unknown domains are relayed
    /// Of the envelope, empty: the null sender. Nothing: who may send to groups is not asked.
    std::optional<std::string_view> sender = std::nullopt;
};

/// One step of a decision. `source` is a DN, file:line or "config"; `attribute` the attribute or
/// key there.
struct step {
    std::string what;
    std::string source;
    std::string attribute;
    std::string result;
};

/// Mail for domains that match goes by a channel of the postmaster's choice (R2.6).
struct channel_rule {
    std::string pattern; // "example.org", ".example.org" (all below it), "*"
    std::string channel;
    std::string next_hop; // empty: the domain
};

/// "example.org=smtp:[192.0.2.1]", ".bad.example=discard".
result<channel_rule> parse_channel_rule(std::string_view text);

struct settings {
    std::string relay_channel = "smtp";      ///< of relay rows that name none
    std::vector<channel_rule> channel_rules; // the first that matches decides
    std::vector<std::string>
        local_hosts; ///< folded names by which mailHost and mailRoutingHosts mean this host
    std::string separator = "+";   ///< between user and detail; empty: no subaddresses
    std::string postmaster;        ///< of domains that name none; empty: none
    std::int64_t quota_bytes = -1; ///< of users where neither user nor domain says; -1: none
    std::int64_t quota_messages = -1;
    bool overquota_permanent = false; ///< users over quota are refused for good
    std::uint32_t depth_limit = 16;   ///< forwards, aliases and groups followed for one recipient
    std::uint32_t destination_limit = 10000;    ///< one recipient may lead to
    std::uint32_t member_search_limit = 100000; ///< entries that one memberURL may look at
};

/// Thread-safe. `decide` takes no lock (but for lists with searches) and about 2 us; it never
/// throws.
class router {
public:
    router(const directory::cache& cache, settings with);
    ~router();

    decision decide(std::string_view address, asker who) const;
    /// The same into an object that is used again, which spares the allocations.
    void decide(std::string_view address, asker who, decision& out) const noexcept;
    std::vector<step> explain(std::string_view address) const;

private:
    const directory::cache* cache_;
    settings settings_;
    std::unique_ptr<member_searches> searches_;
};

} // namespace waypost::kernel::routing
