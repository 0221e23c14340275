// SPDX-License-Identifier: Apache-2.0
#include "client/hosts.hpp"

#include "parse/text.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>

namespace waypost::smtp::client {

std::optional<mx_record> parse_mx(std::string_view data) {
    const auto space = data.find(' ');
    const auto preference = parse_number(data.substr(0, space), 5);
    if (space == std::string_view::npos || !preference || *preference > 0xffff)
        return std::nullopt;
    mx_record out;
    out.preference = static_cast<std::uint16_t>(*preference);
    auto host = data.substr(space + 1);
    if (host.ends_with('.') && host.size() > 1)
        host.remove_suffix(1);
    out.host = fold(host);
    return out;
}

result<std::vector<std::string>>
order_hosts(std::string_view domain, std::vector<mx_record> records,
            const std::function<bool(std::string_view)>& is_ours,
            const std::function<void(std::span<mx_record>)>& shuffle) {
    std::erase_if(records,
                  [&](const mx_record& one) { return one.host == "." && records.size() > 1; });
    if (records.size() == 1 && records.front().host == ".")
        return error(WP_PERMFAIL, 556, 5, 1, 10, std::string(domain) + " takes no mail (null MX)");
    const auto before = [](const mx_record& a, const mx_record& b) {
        return a.preference < b.preference;
    };
    std::stable_sort(records.begin(), records.end(), before);
    const auto ours = std::find_if(records.begin(), records.end(),
                                   [&](const mx_record& one) { return is_ours(one.host); });
    if (ours != records.end()) {
        const auto limit = ours->preference;
        std::erase_if(records, [&](const mx_record& one) { return one.preference >= limit; });
        if (records.empty())
            return error(WP_PERMFAIL, 554, 5, 4, 6,
                         "mail for " + std::string(domain) +
                             " loops back to this host, which does not know the domain");
    }
    for (auto first = records.begin(); first != records.end();) {
        const auto last = std::upper_bound(first, records.end(), *first, before);
        shuffle({first, last});
        first = last;
    }
    std::vector<std::string> hosts;
    for (auto& one : records)
        if (hosts.size() < max_hosts &&
            std::find(hosts.begin(), hosts.end(), one.host) == hosts.end())
            hosts.push_back(std::move(one.host));
    return hosts;
}

} // namespace waypost::smtp::client
