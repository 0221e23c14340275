// SPDX-License-Identifier: Apache-2.0
#include "routing/status.hpp"

#include <waypost/ascii.hpp>

#include <array>
#include <charconv>
#include <limits>

namespace waypost::kernel::routing {

namespace {

constexpr std::array<std::string_view, 7> names = {"active",  "inactive", "disabled", "deleted",
                                                   "removed", "hold",     "overquota"};

constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

/// Cuts the first item off; separators are `by` and, for lists of words, spaces.
std::string_view next_item(std::string_view& rest, char by) noexcept {
    const auto end = rest.find(by);
    const auto item = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return trim(item);
}

/// Glob with '*' only; a pattern with a dot at its start names a domain's hosts, one at its end a
/// network.
bool pattern_matches(std::string_view pattern, std::string_view text) noexcept {
    if (pattern.starts_with('.'))
        return text.size() > pattern.size() &&
               equal_folded(text.substr(text.size() - pattern.size()), pattern);
    if (pattern.ends_with('.'))
        return text.size() > pattern.size() &&
               equal_folded(text.substr(0, pattern.size()), pattern);
    std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() && ascii_lower(pattern[p]) == ascii_lower(text[t])) {
            ++p, ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

bool is_address(std::string_view client) noexcept {
    return client.find(':') != std::string_view::npos ||
           client.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool word_matches(std::string_view word, std::string_view client) noexcept {
    if (equal_folded(word, "ALL") || word == "*")
        return true;
    if (equal_folded(word, "LOCAL"))
        return client.empty() || client == "127.0.0.1" || client == "::1" ||
               (!is_address(client) && client.find('.') == std::string_view::npos);
    // Host names are not looked up, so an address is a host of unknown name.
    if (equal_folded(word, "UNKNOWN"))
        return is_address(client);
    if (equal_folded(word, "KNOWN"))
        return !is_address(client);
    if (equal_folded(word, "DNSSPOOFER"))
        return false;
    return pattern_matches(word, client);
}

bool any_word_matches(std::string_view list, std::string_view client) noexcept {
    for (std::size_t at = 0; at < list.size();) {
        const auto from = list.find_first_not_of(" ,\t", at);
        if (from == std::string_view::npos)
            break;
        auto to = list.find_first_of(" ,\t", from);
        if (to == std::string_view::npos)
            to = list.size();
        if (word_matches(list.substr(from, to - from), client))
            return true;
        at = to;
    }
    return false;
}

/// Where the word EXCEPT stands in a client list.
std::size_t find_except(std::string_view list) noexcept {
    constexpr std::string_view word = "EXCEPT";
    for (std::size_t i = 0; i + word.size() <= list.size(); ++i) {
        const bool starts = i == 0 || list[i - 1] == ' ' || list[i - 1] == ',';
        const bool ends = i + word.size() == list.size() || list[i + word.size()] == ' ';
        if (starts && ends && equal_folded(list.substr(i, word.size()), word))
            return i;
    }
    return std::string_view::npos;
}

bool clients_match(std::string_view list, std::string_view client) noexcept {
    const auto except = find_except(list);
    if (except == std::string_view::npos)
        return any_word_matches(list, client);
    return any_word_matches(list.substr(0, except), client) &&
           !clients_match(list.substr(except + 6), client);
}

std::string_view canonical_service(std::string_view name) noexcept {
    if (equal_folded(name, "pop3"))
        return "pop";
    if (equal_folded(name, "pop3s"))
        return "pops";
    return name;
}

bool rule_matches(std::string_view rule, std::string_view service,
                  std::string_view client) noexcept {
    const auto colon = rule.find(':');
    auto services = rule.substr(0, colon);
    bool named = false;
    while (!services.empty() && !named) {
        const auto item = next_item(services, ',');
        named = item == "*" || equal_folded(item, "ALL") ||
                equal_folded(canonical_service(item), service);
    }
    if (!named)
        return false;
    return colon == std::string_view::npos || clients_match(rule.substr(colon + 1), client);
}

} // namespace

std::string_view to_text(state value) noexcept {
    const auto index = static_cast<std::size_t>(value);
    return index < names.size() ? names[index] : names[1];
}

state parse_state(std::string_view value) noexcept {
    value = trim(value);
    if (value.empty())
        return state::active;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (equal_folded(value, names[i]))
            return static_cast<state>(i);
    return state::inactive;
}

state parse_inet_state(std::string_view value) noexcept {
    const auto found = parse_state(value);
    return found == state::active || found == state::deleted ? found : state::inactive;
}

state effective_state(std::string_view inet_domain, std::string_view mail_domain,
                      std::string_view inet_user, std::string_view mail_user) noexcept {
    const auto domain = first_not_active(parse_inet_state(inet_domain), parse_state(mail_domain));
    const auto user = first_not_active(parse_inet_state(inet_user), parse_state(mail_user));
    return first_not_active(domain, user);
}

bool service_allowed(std::string_view rules, std::string_view service,
                     std::string_view client) noexcept {
    rules = trim(rules);
    if (rules.empty())
        return true;
    service = canonical_service(service);
    bool denies = false, denied = false;
    while (!rules.empty()) {
        const auto rule = next_item(rules, '$');
        if (rule.empty())
            continue;
        const bool deny = rule.front() == '-';
        // A rule without a sign is not one the schema knows: it allows nothing, and as an allow
        // rule shuts the rest.
        const auto body = deny || rule.front() == '+' ? rule.substr(1) : std::string_view{};
        denies = denies || deny;
        if (body.empty() || !rule_matches(body, service, client))
            continue;
        if (!deny)
            return true;
        denied = true;
    }
    if (denied)
        return false;
    return denies;
}

std::int64_t parse_quota(std::string_view value) noexcept {
    value = trim(value);
    std::int64_t number = 0;
    const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (bad != std::errc{} || number < quota_default)
        return quota_default;
    const auto unit = trim(value.substr(static_cast<std::size_t>(end - value.data())));
    if (number < 0)
        return unit.empty() ? number : quota_default;
    int shift = 0;
    if (unit.size() == 1) {
        const char letter = ascii_lower(unit[0]);
        shift = letter == 'k'   ? 10
                : letter == 'm' ? 20
                : letter == 'g' ? 30
                : letter == 't' ? 40
                                : -1;
    } else if (!unit.empty()) {
        shift = -1;
    }
    if (shift < 0)
        return quota_default;
    if (number > std::numeric_limits<std::int64_t>::max() >> shift)
        return quota_unlimited;
    return number << shift;
}

} // namespace waypost::kernel::routing
