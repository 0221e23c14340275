// SPDX-License-Identifier: Apache-2.0
// Any lines as a server's replies: bounded, and one line when written into a report or a log.
// links: waypost::smtp_client
#include "client/hosts.hpp"
#include "client/next_hop.hpp"
#include "client/state.hpp"
#include "parse/server_reply.hpp"

#include <cstdint>
#include <cstdlib>

using namespace waypost::smtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    client::parse_mx(rest);
    if (const auto hop = client::parse_next_hop(rest); hop && hop->name.empty())
        std::abort();
    reply_collector in;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const auto got = in.add(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (in.reply().text.size() > max_reply_bytes + max_reply_lines + size)
            std::abort();
        if (got != reply_collector::outcome::complete)
            continue;
        if (in.reply().in_one_line().find_first_of("\r\n") != std::string::npos)
            std::abort();
        client::parse_abilities(in.reply().text);
    }
    return 0;
}
