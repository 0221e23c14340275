// SPDX-License-Identifier: Apache-2.0
#include "parse/command.hpp"

#include <array>
#include <charconv>

namespace waypost::pop3 {
namespace {

constexpr std::array<std::pair<std::string_view, verb>, 14> verbs{{{"USER", verb::user},
                                                                   {"PASS", verb::pass},
                                                                   {"AUTH", verb::auth},
                                                                   {"STLS", verb::stls},
                                                                   {"CAPA", verb::capa},
                                                                   {"QUIT", verb::quit},
                                                                   {"NOOP", verb::noop},
                                                                   {"STAT", verb::stat},
                                                                   {"LIST", verb::list},
                                                                   {"UIDL", verb::uidl},
                                                                   {"RETR", verb::retr},
                                                                   {"TOP", verb::top},
                                                                   {"DELE", verb::dele},
                                                                   {"RSET", verb::rset}}};

bool same(std::string_view text, std::string_view keyword) noexcept {
    if (text.size() != keyword.size())
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char upper =
            text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 32) : text[i];
        if (upper != keyword[i])
            return false;
    }
    return true;
}

std::optional<std::uint32_t> parse_digits(std::string_view text) noexcept {
    std::uint32_t value = 0;
    if (text.empty() || text.front() < '0' || text.front() > '9')
        return std::nullopt;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace

command parse_command(std::string_view line) noexcept {
    const std::size_t space = line.find(' ');
    command out;
    for (const auto& [keyword, what] : verbs)
        if (same(line.substr(0, space), keyword))
            out.what = what;
    if (space != std::string_view::npos)
        out.argument = line.substr(space + 1);
    while (out.what != verb::pass && out.argument.ends_with(' '))
        out.argument.remove_suffix(1);
    return out;
}

std::optional<std::uint32_t> parse_number(std::string_view text) noexcept {
    const auto value = parse_digits(text);
    return value && *value != 0 ? value : std::nullopt;
}

std::optional<top_arguments> parse_top(std::string_view text) noexcept {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos)
        return std::nullopt;
    const auto message = parse_number(text.substr(0, space));
    const auto lines = parse_digits(text.substr(space + 1));
    if (!message || !lines)
        return std::nullopt;
    return top_arguments{*message, *lines};
}

} // namespace waypost::pop3
