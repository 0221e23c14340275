// SPDX-License-Identifier: Apache-2.0
// route ADDRESS: the router's own explanation, and what it decides for mail from outside
#include "daemon/control_sources.hpp"
#include "directory/keys.hpp"

#include <waypost/ascii.hpp>

#include <fmt/format.h>

namespace waypost::kernel::daemon {
namespace {

using control::json;

std::string verdict_of(const routing::decision& made) {
    if (made.status == WP_OK) {
        return "accepted";
    }
    const auto& why = made.refusal;
    return fmt::format("{}{} {}.{}.{} {}",
                       made.unconfirmed ? "(not confirmed by the directory) " : "", why.smtp,
                       why.enhanced[0], why.enhanced[1], why.enhanced[2], why.text);
}

json destination_of(const routing::destination& one) {
    return {{"kind", one.what == routing::destination::kind::local ? "local" : "relay"},
            {"channel", one.channel},
            {"address", one.address},
            {"account", one.account},
            {"detail", one.detail},
            {"next_hop", one.next_hop},
            {"quota_bytes", one.quota_bytes},
            {"quota_messages", one.quota_messages}};
}

/// Which tables decided, and how old what they were made from is.
json tables_of(const directory::cache& cache, const std::string& address) {
    const auto now = cache.status();
    const auto name = fold_domain(address.substr(address.rfind('@') + 1));
    const auto in = cache.read();
    const auto domain = in.domain(name);
    return {{"generation", now.generation},
            {"domain_change", domain.valid() ? json(domain.sequence()) : json()},
            {"age_seconds", now.age_ns < 0 ? json() : json(now.age_ns / 1'000'000'000)},
            {"live", now.live}};
}

} // namespace

void connect_route(control::sources& calls, const routing::router& router,
                   const directory::cache& cache) {
    calls.route = [&router, &cache](const std::string& address) -> result<json> {
        json steps = json::array();
        for (const auto& one : router.explain(address)) {
            steps.push_back({{"step", one.what},
                             {"result", one.result},
                             {"source", one.source},
                             {"attribute", one.attribute}});
        }
        const auto made = router.decide(address, {});
        json destinations = json::array();
        for (const auto& one : made.destinations) {
            destinations.push_back(destination_of(one));
        }
        return json{{"address", address},
                    {"verdict", verdict_of(made)},
                    {"steps", std::move(steps)},
                    {"destinations", std::move(destinations)},
                    {"tables", tables_of(cache, address)}};
    };
}

} // namespace waypost::kernel::daemon
