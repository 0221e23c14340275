// SPDX-License-Identifier: Apache-2.0
#include "client/state.hpp"
#include "parse/text.hpp"

#include <waypost/ascii.hpp>

namespace waypost::smtp::client {

server_abilities parse_abilities(std::string_view text) {
    server_abilities out;
    out.esmtp = true;
    bool first = true; // the server's name and a greeting
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (std::exchange(first, false))
            continue;
        const auto space = line.find(' ');
        const auto word = line.substr(0, space);
        const auto argument =
            space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
        if (equal_folded(word, "PIPELINING")) {
            out.pipelining = true;
        } else if (equal_folded(word, "SIZE")) {
            out.size = true;
            out.max_size = parse_number(argument, 20).value_or(0);
        } else if (equal_folded(word, "8BITMIME")) {
            out.eight_bit = true;
        } else if (equal_folded(word, "STARTTLS")) {
            out.starttls = true;
        } else if (equal_folded(word, "DSN")) {
            out.dsn = true;
        } else if (equal_folded(word, "SMTPUTF8")) {
            out.utf8 = true;
        } else if (equal_folded(word, "REQUIRETLS")) {
            out.require_tls = true;
        }
    }
    return out;
}

} // namespace waypost::smtp::client
