// SPDX-License-Identifier: Apache-2.0
#include "provisioning/records_template.hpp"

#include "provisioning/record_data.hpp"

#include <waypost/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::provisioning {
namespace {

std::string_view next_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    const auto end = std::min(rest.size(), rest.find(' '));
    const auto out = rest.substr(0, end);
    rest.remove_prefix(end);
    return out;
}

bool is_type(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

/// "@", or labels of letters, digits, "-" and "_" (RFC 8552) below the domain.
bool is_owner(std::string_view owner) {
    if (owner == "@")
        return true;
    std::size_t label = 0;
    for (const char c : owner) {
        if (c == '.' ? label == 0 : ++label > 63)
            return false;
        if (c == '.')
            label = 0;
        else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return label > 0;
}

std::string replaced(std::string text, std::string_view domain, std::string_view hostname) {
    for (const auto& [mark, value] :
         {std::pair<std::string_view, std::string_view>{"{domain}", domain},
          std::pair<std::string_view, std::string_view>{"{hostname}", hostname}})
        for (auto at = text.find(mark); at != std::string::npos;
             at = text.find(mark, at + value.size()))
            text.replace(at, mark.size(), value);
    return text;
}

} // namespace

result<record_template> parse_template(std::string_view line) {
    auto rest = line;
    record_template out;
    out.owner = fold(next_word(rest));
    out.type = next_word(rest);
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    out.data = rest;
    if (!is_owner(out.owner) || !is_type(out.type) || out.data.empty())
        return error{WP_INVALID, fmt::format("'{}' is not OWNER TYPE DATA with an owner below the "
                                             "domain, as in '@ MX 10 {{hostname}}.'",
                                             line)};
    if (out.type == "TXT")
        if (const auto text = divided_text(out.data); !text)
            return error{WP_INVALID, fmt::format("'{}': {}", line, text.failure().text)};
    return out;
}

std::vector<dns_record> expand(const std::vector<record_template>& templates,
                               std::string_view domain, std::string_view hostname,
                               std::uint32_t ttl_seconds) {
    std::vector<dns_record> out;
    for (const auto& one : templates) {
        dns_record made{one.owner == "@" ? std::string(domain)
                                         : fmt::format("{}.{}", one.owner, domain),
                        one.type, replaced(one.data, domain, hostname), ttl_seconds};
        if (one.type == "TXT")
            if (auto text = divided_text(made.data))
                made.data = *std::move(text);
        if (made.data != made.owner + ".")
            out.push_back(std::move(made));
    }
    return out;
}

} // namespace waypost::kernel::provisioning
