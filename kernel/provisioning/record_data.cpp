// SPDX-License-Identifier: Apache-2.0
#include "provisioning/record_data.hpp"

#include <waypost/ascii.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace waypost::kernel::provisioning {
namespace {

constexpr std::size_t longest_string = 255;

struct word {
    std::string text; ///< octets, without quotes and escapes
    bool quoted = false;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The octet at `at`, which moves behind it: "\DDD", "\X" or itself.
char next_octet(std::string_view from, std::size_t& at) {
    const char first = from[at++];
    if (first != '\\' || at == from.size())
        return first;
    if (at + 2 < from.size() && is_digit(from[at]) && is_digit(from[at + 1]) &&
        is_digit(from[at + 2])) {
        const int value = (from[at] - '0') * 100 + (from[at + 1] - '0') * 10 + (from[at + 2] - '0');
        at += 3;
        return static_cast<char>(value);
    }
    return from[at++];
}

/// Nothing: a quote is not closed.
std::optional<std::vector<word>> words_of(std::string_view data) {
    std::vector<word> out;
    for (std::size_t at = 0; at < data.size();) {
        if (data[at] == ' ' || data[at] == '\t') {
            ++at;
            continue;
        }
        word one;
        one.quoted = data[at] == '"';
        at += one.quoted ? 1 : 0;
        const std::string_view ends = one.quoted ? "\"" : " \t\"";
        while (at < data.size() && ends.find(data[at]) == std::string_view::npos)
            one.text += next_octet(data, at);
        if (one.quoted && at++ >= data.size())
            return std::nullopt;
        out.push_back(std::move(one));
    }
    return out;
}

std::string joined(const std::vector<word>& all, std::size_t first) {
    std::string out;
    for (std::size_t i = first; i < all.size(); ++i)
        out += all[i].text;
    return out;
}

std::string canonical_address(const std::string& text) {
    std::array<unsigned char, 16> octets{};
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (::inet_pton(AF_INET6, text.c_str(), octets.data()) != 1 ||
        ::inet_ntop(AF_INET6, octets.data(), out.data(), out.size()) == nullptr)
        return fold(text);
    return out.data();
}

std::string canonical(std::string_view type, std::string_view data) {
    const auto words = words_of(data);
    if (!words)
        return std::string(data);
    if (type == "TXT")
        return joined(*words, 0);
    if (type == "AAAA" && words->size() == 1)
        return canonical_address(words->front().text);
    std::string out;
    for (std::size_t i = 0; i < words->size(); ++i) {
        if (type == "TLSA" && i == 3)
            return out + fold(joined(*words, i));
        // RFC 8659 s4.1.1: the value of CAA is text.
        const bool is_text = type == "CAA" && i == 2;
        out += is_text ? (*words)[i].text : fold((*words)[i].text);
        out += ' ';
    }
    return out;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (c >= 0x20 && c < 0x7f)
            out += c;
        else
            out += fmt::format("\\{:03}", static_cast<unsigned char>(c));
    }
    return out + '"';
}

} // namespace

bool same_data(std::string_view type, std::string_view a, std::string_view b) {
    return canonical(type, a) == canonical(type, b);
}

result<std::string> divided_text(std::string_view data) {
    const auto words = words_of(data);
    if (!words)
        return error{WP_INVALID, "a quote is not closed"};
    if (!std::all_of(words->begin(), words->end(), [](const auto& one) { return one.quoted; }))
        return error{WP_INVALID, "the text of a TXT record is written in quotes"};
    if (std::all_of(words->begin(), words->end(),
                    [](const auto& one) { return one.text.size() <= longest_string; }))
        return std::string(data);
    std::string out;
    for (const auto& one : *words)
        for (std::size_t at = 0; at == 0 || at < one.text.size(); at += longest_string) {
            out += out.empty() ? "" : " ";
            out += quoted(std::string_view(one.text).substr(at, longest_string));
        }
    return out;
}

} // namespace waypost::kernel::provisioning
