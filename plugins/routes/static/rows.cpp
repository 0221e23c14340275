// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#include <waypost/ascii.hpp>

#include <algorithm>
#include <vector>

namespace waypost::routes_static {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; (at = line.find_first_not_of(" \t", at)) < line.size();) {
        const auto end = std::min(line.size(), line.find_first_of(" \t", at));
        out.push_back(line.substr(at, end - at));
        at = end;
    }
    return out;
}

bool is_address(std::string_view text) {
    const auto at = text.rfind('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size();
}

error broken(std::string_view line, std::string_view why) {
    return {WP_INVALID, "'" + std::string(line) + "': " + std::string(why)};
}

} // namespace

result<row> parse_row(std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 3)
        return broken(line, "a row is NAME relay|alias|forward TARGET");
    row out{row::kind::relay, fold(words[0]), std::string(words[2]), {}};
    const bool of_address = is_address(words[0]);
    if (words[1] == "relay" && !of_address && words.size() <= 4) {
        if (words.size() == 4)
            out.channel = words[3];
        return out;
    }
    if (words[1] == "alias" && !of_address && words.size() == 3) {
        out.what = row::kind::domain_alias;
        out.target = fold(words[2]);
        return out.target == out.name ? result<row>(broken(line, "an alias of itself"))
                                      : result<row>(out);
    }
    if (words[1] == "forward" && of_address && is_address(words[2]) && words.size() == 3) {
        out.what = row::kind::forward;
        return out;
    }
    return broken(line, "DOMAIN relay NEXT_HOP [CHANNEL], DOMAIN alias DOMAIN and "
                        "ADDRESS forward ADDRESS are known");
}

} // namespace waypost::routes_static
