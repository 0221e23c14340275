// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace waypost::routes_mx {
namespace {

constexpr std::size_t longest_name = 253; // RFC 1035 s2.3.4, as text

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                      c == '_';
           });
}

} // namespace

result<exchanger> parse_exchanger(std::string_view data) {
    exchanger out;
    const auto [end, failure] =
        std::from_chars(data.data(), data.data() + data.size(), out.preference);
    const std::string_view rest(end, static_cast<std::size_t>(data.data() + data.size() - end));
    if (failure != std::errc() || !rest.starts_with(' '))
        return error{WP_INVALID, "not the data of an MX record"};
    out.host = fold_domain(rest.substr(1));
    if (!is_name(out.host))
        return error{WP_INVALID, "an MX record without a host name"};
    return out;
}

std::vector<row> rows_of(const table& from, const std::vector<std::string>& hosts,
                         std::string_view primary_hop) {
    std::vector<row> out;
    for (const auto& [domain, all] : from) {
        constexpr int none = std::numeric_limits<int>::max();
        int ours = none, others = none;
        for (const auto& one : all) {
            const bool is_ours = std::find(hosts.begin(), hosts.end(), one.host) != hosts.end();
            auto& best = is_ours ? ours : others;
            best = std::min<int>(best, one.preference);
        }
        if (ours == none)
            continue;
        if (others < ours)
            out.push_back({domain, domain});
        else if (!primary_hop.empty())
            out.push_back({domain, std::string(primary_hop)});
    }
    return out;
}

std::string encode(const table& from) {
    std::string out;
    for (const auto& [domain, all] : from)
        for (const auto& one : all)
            out += domain + ' ' + std::to_string(one.preference) + ' ' + one.host + '\n';
    return out;
}

table decode(std::string_view text) {
    table out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto space = line.find(' ');
        if (space == std::string_view::npos || !is_name(line.substr(0, space)))
            continue;
        if (auto one = parse_exchanger(line.substr(space + 1)))
            out[std::string(line.substr(0, space))].push_back(*std::move(one));
    }
    return out;
}

} // namespace waypost::routes_mx
