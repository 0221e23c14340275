// SPDX-License-Identifier: Apache-2.0
#include "fragment.hpp"

#include "request.hpp"

#include <algorithm>

namespace waypost::zonefile {
namespace {

constexpr std::string_view head =
    "; Written by Waypost, which replaces this file: put records of your own elsewhere.\n";

std::string_view next_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \t")));
    const auto out = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(out.size());
    return out;
}

/// "a.example. 60 IN MX 10 b." as this file has it.
result<dns::record> record_of(std::string_view line) {
    auto rest = line;
    const auto owner = next_word(rest);
    const auto ttl = next_word(rest);
    const auto in = next_word(rest);
    const auto type = next_word(rest);
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(" \t")));
    const bool number = !ttl.empty() && ttl.size() < 10 &&
                        ttl.find_first_not_of("0123456789") == std::string_view::npos;
    auto name = dns::folded_name(owner);
    if (!name || !owner.ends_with('.') || !number || in != "IN" || type.empty() || rest.empty())
        return error{WP_INVALID, "no record"};
    return dns::record{*std::move(name), std::string(type), std::string(rest),
                       static_cast<std::uint32_t>(std::stoul(std::string(ttl)))};
}

} // namespace

result<fragment::row> fragment::row_of(const dns::record& from) {
    auto made = dns::parsed(from);
    if (!made)
        return made.failure();
    ldns_rr2canonical(made->get());
    const dns::ldns_ptr<char> printed(ldns_rr2str(made->get()));
    std::string line(printed ? printed.get() : "");
    while (!line.empty() && (line.back() == '\n' || line.back() == ' '))
        line.pop_back();
    // owner, TTL, class, type, data
    std::size_t at = 0;
    for (int tabs = 0; tabs < 4 && at != std::string::npos; ++tabs)
        at = line.find('\t', at == 0 ? 0 : at + 1);
    if (at == std::string::npos || line.find('\n') != std::string::npos)
        return error{WP_INVALID, "data of " + from.owner + ' ' + from.type + " has no text form"};
    return row{from.owner, from.type, line.substr(at + 1), line};
}

result<fragment> fragment::parse(std::string_view text) {
    fragment out;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.empty() || line.front() == ';')
            continue;
        const auto read = record_of(line);
        auto made = read ? row_of(*read) : read.failure();
        if (!made)
            return error{WP_INVALID, "line " + std::to_string(number) + ": " + made.failure().text};
        out.rows_.push_back(*std::move(made));
    }
    return out;
}

bool fragment::holds(const row& one) const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const auto& other) {
        return other.owner == one.owner && other.type == one.type && other.data == one.data;
    });
}

bool fragment::may_be_absent(const dns::record& set,
                             const std::vector<dns::change>& changes) const {
    return std::all_of(rows_.begin(), rows_.end(), [&](const auto& there) {
        if (there.owner != set.owner || there.type != set.type)
            return true;
        return std::any_of(changes.begin(), changes.end(), [&](const auto& one) {
            const auto added = one.kind == WP_DNS_ADD ? row_of(one.what) : error{};
            return added && added->owner == there.owner && added->type == there.type &&
                   added->data == there.data;
        });
    });
}

result<void> fragment::apply(const std::vector<dns::change>& changes) {
    fragment next = *this;
    for (const auto& one : changes) {
        const auto& what = one.what;
        const error violated{WP_CONFLICT, what.owner + ' ' + what.type + " is not as required"};
        if (one.kind == WP_DNS_REQUIRE_ABSENT) {
            if (!may_be_absent(what, changes))
                return violated;
            continue;
        }
        if (what.data.empty()) { // the whole set
            if (one.kind == WP_DNS_REQUIRE)
                return error{WP_UNSUPPORTED, "a requirement without data"};
            std::erase_if(next.rows_, [&](const auto& there) {
                return there.owner == what.owner && there.type == what.type;
            });
            continue;
        }
        auto made = row_of(what);
        if (!made)
            return made.failure();
        if (one.kind == WP_DNS_REQUIRE) {
            if (!holds(*made))
                return violated;
            continue;
        }
        std::erase_if(next.rows_, [&](const auto& there) {
            return there.owner == made->owner && there.type == made->type &&
                   there.data == made->data;
        });
        if (one.kind == WP_DNS_ADD)
            next.rows_.push_back(*std::move(made));
    }
    *this = std::move(next);
    return {};
}

std::string fragment::text() const {
    std::string out(head);
    for (const auto& one : rows_)
        out += one.line + '\n';
    return out;
}

} // namespace waypost::zonefile
