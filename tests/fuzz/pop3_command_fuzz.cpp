// SPDX-License-Identifier: Apache-2.0
// links: waypost::pop3_parse
// Any bytes as a command line, a SASL response and a message cut by TOP: in one go and octet by
// octet alike.
#include "parse/command.hpp"
#include "parse/plain.hpp"
#include "parse/top.hpp"

#include <cstdlib>

using namespace waypost::pop3;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view in(reinterpret_cast<const char*>(data), size);
    const command parsed = parse_command(in);
    if (parsed.argument.size() > in.size())
        std::abort();
    if (const auto number = parse_number(parsed.argument); number && *number == 0)
        std::abort();
    if (const auto top = parse_top(parsed.argument); top && top->message == 0)
        std::abort();
    const std::string_view base64 = parsed.argument.empty() ? in : parsed.argument;
    if (const auto plain = parse_plain(base64);
        plain && (plain->name.empty() || plain->secret.empty()))
        std::abort();

    const std::uint32_t lines = size == 0 ? 0 : data[0] % 4;
    top_cutter whole(lines);
    const std::size_t taken = whole.take(in);
    top_cutter single(lines);
    std::size_t count = 0;
    for (std::size_t i = 0; i < size && !single.done(); ++i)
        count += single.take(in.substr(i, 1));
    if (taken != count || whole.done() != single.done())
        std::abort();
    return 0;
}
