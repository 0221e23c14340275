// SPDX-License-Identifier: Apache-2.0
#include "routing/router.hpp"

#include "routing/member_searches.hpp"
#include "routing/walk.hpp"

#include <waypost/ascii.hpp>

#include <fmt/format.h>

namespace waypost::kernel::routing {

result<channel_rule> parse_channel_rule(std::string_view text) {
    const auto equals = text.find('=');
    channel_rule out;
    out.pattern = fold(text.substr(0, equals));
    if (equals == std::string_view::npos || out.pattern.empty())
        return error(WP_INVALID, fmt::format("\"{}\" is not pattern=channel", text));
    const auto way = text.substr(equals + 1);
    const auto colon = std::min(way.find(':'), way.size());
    out.channel = way.substr(0, colon);
    out.next_hop = way.substr(std::min(colon + 1, way.size()));
    if (out.channel.empty())
        return error(WP_INVALID, fmt::format("\"{}\" names no channel", text));
    return out;
}

router::router(const directory::cache& cache, settings with)
    : cache_(&cache), settings_(std::move(with)), searches_(std::make_unique<member_searches>()) {
    for (auto& host : settings_.local_hosts)
        host = fold(host);
}

router::~router() = default;

void router::decide(std::string_view address, asker who, decision& out) const noexcept {
    try {
        walk(*cache_, settings_, *searches_, who, out, nullptr).run(address);
    } catch (const std::exception&) { // no memory
        out.destinations.clear();
        out.status = WP_TEMPFAIL;
        out.refusal.status = WP_TEMPFAIL;
        out.refusal.smtp = 451;
        out.refusal.text.clear();
    }
}

decision router::decide(std::string_view address, asker who) const {
    decision out;
    decide(address, who, out);
    return out;
}

std::vector<step> router::explain(std::string_view address) const {
    std::vector<step> out;
    decision outcome;
    asker who;
    who.confirmed = true;
    walk(*cache_, settings_, *searches_, who, outcome, &out).run(address);
    if (outcome.status != WP_OK) {
        const auto& why = outcome.refusal;
        out.push_back({"decision", {}, {}, fmt::format("refused: {} {}", why.smtp, why.text)});
    }
    for (const auto& to : outcome.destinations)
        out.push_back({"decision",
                       {},
                       {},
                       to.what == destination::kind::local
                           ? fmt::format("accepted: {} of {}", to.channel,
                                         to.account.empty() ? to.address : to.account)
                           : fmt::format("accepted: {} to {} by channel {}", to.address,
                                         to.next_hop, to.channel)});
    return out;
}

} // namespace waypost::kernel::routing
