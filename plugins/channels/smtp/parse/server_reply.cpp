// SPDX-License-Identifier: Apache-2.0
#include "parse/server_reply.hpp"

#include "parse/text.hpp"

#include <array>

namespace waypost::smtp {

enhanced_code take_enhanced(std::string_view& text) noexcept {
    std::array<std::uint16_t, 3> parts{};
    auto rest = text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        std::size_t digits = 0;
        while (digits < rest.size() && digits < 4 && is_digit(rest[digits]))
            ++digits;
        const auto number = parse_number(rest.substr(0, digits), 3);
        if (!number)
            return {};
        parts[i] = static_cast<std::uint16_t>(*number);
        rest.remove_prefix(digits);
        if (i < 2 && (rest.empty() || rest.front() != '.'))
            return {};
        if (i < 2)
            rest.remove_prefix(1);
    }
    if ((parts[0] != 2 && parts[0] != 4 && parts[0] != 5) || (!rest.empty() && rest.front() != ' '))
        return {};
    text = rest.empty() ? rest : rest.substr(1);
    return {parts[0], parts[1], parts[2]};
}

reply_collector::outcome reply_collector::add(std::string_view line) {
    if (complete_) {
        reply_ = {};
        lines_ = 0;
        complete_ = false;
    }
    const auto code = line.size() >= 3 ? parse_number(line.substr(0, 3), 3) : std::nullopt;
    if (!code || *code < 200 || *code > 599 || (lines_ != 0 && *code != reply_.code) ||
        (line.size() > 3 && line[3] != ' ' && line[3] != '-'))
        return outcome::malformed;
    reply_.code = static_cast<unsigned>(*code);
    const bool last = line.size() == 3 || line[3] == ' ';
    auto text = line.size() > 4 ? line.substr(4) : std::string_view{};
    const auto enhanced = take_enhanced(text);
    if (enhanced.cls == reply_.code / 100)
        reply_.enhanced = enhanced;
    if (++lines_ > max_reply_lines || reply_.text.size() + text.size() > max_reply_bytes)
        return outcome::malformed;
    if (lines_ > 1)
        reply_.text.push_back('\n');
    reply_.text.append(text);
    complete_ = last;
    return last ? outcome::complete : outcome::more;
}

std::string server_reply::in_one_line() const {
    std::string out = std::to_string(code);
    if (enhanced.cls != 0)
        out += " " + std::to_string(enhanced.cls) + "." + std::to_string(enhanced.subject) + "." +
               std::to_string(enhanced.detail);
    if (!text.empty())
        out += " " + text;
    for (char& c : out)
        if (is_control(c))
            c = ' ';
    return out;
}

} // namespace waypost::smtp
