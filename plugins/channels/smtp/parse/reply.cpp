// SPDX-License-Identifier: Apache-2.0
#include "parse/reply.hpp"

#include "parse/limits.hpp"
#include "parse/text.hpp"

#include <algorithm>
#include <cstring>

namespace waypost::smtp {
namespace {

struct meaning {
    unsigned code;
    enhanced_code enhanced;
};

meaning meaning_of(wp_status status) noexcept {
    switch (status) {
    case WP_NOT_FOUND:
        return {550, {5, 1, 1}};
    case WP_PERMFAIL:
        return {554, {5, 0, 0}};
    case WP_INVALID:
        return {501, {5, 5, 4}};
    case WP_UNSUPPORTED:
        return {554, {5, 3, 3}};
    case WP_BUSY:
        return {452, {4, 3, 1}};
    case WP_STOPPING:
        return {451, {4, 3, 2}};
    case WP_DENIED:
        return {550, {5, 7, 1}};
    case WP_OVERQUOTA:
        return {452, {4, 2, 2}};
    default: // unknown ones too: base.h says to treat them as temporary, and a bug is not the
             // sender's
        return {451, {4, 3, 0}};
    }
}

void append_line(std::string& out, unsigned code, bool is_last, enhanced_code enhanced,
                 std::string_view text, bool utf8) {
    out += std::to_string(code);
    out += is_last ? ' ' : '-';
    if (enhanced.cls != 0) {
        out += std::to_string(enhanced.cls) + "." + std::to_string(enhanced.subject) + "." +
               std::to_string(enhanced.detail);
        out += ' ';
    }
    constexpr std::size_t most = limits::reply_line - 30; // code, enhanced code, CRLF
    for (const char c : text.substr(0, most))
        out += is_control(c) ? ' ' : is_8bit(c) && !utf8 ? '?' : c;
    out += "\r\n";
}

} // namespace

void append_reply(std::string& out, unsigned code, enhanced_code enhanced, std::string_view text,
                  bool utf8) {
    for (;;) {
        const std::size_t end = text.find('\n');
        const bool is_last = end == std::string_view::npos;
        append_line(out, code, is_last, enhanced, text.substr(0, end), utf8);
        if (is_last)
            return;
        text.remove_prefix(end + 1);
    }
}

void append_failure(std::string& out, wp_status status, const wp_error* why, std::string_view text,
                    bool utf8) {
    meaning said = meaning_of(status);
    if (why != nullptr && why->struct_size >= sizeof(wp_error)) {
        const std::uint16_t* code = why->enhanced;
        if (why->smtp >= 400 && why->smtp <= 599) {
            said.code = why->smtp;
            if (said.enhanced.cls != said.code / 100)
                said.enhanced = {static_cast<std::uint16_t>(said.code / 100), 0, 0};
        }
        if (code[0] == said.code / 100)
            said.enhanced = {code[0], code[1], code[2]};
        else if (why->smtp == 0 && (code[0] == 4 || code[0] == 5)) {
            said.code = code[0] == 4 ? 451 : 550;
            said.enhanced = {code[0], code[1], code[2]};
        }
        const std::size_t size = ::strnlen(why->text, sizeof why->text);
        if (size != 0)
            text = {why->text, size};
    }
    std::string one_line(text);
    std::replace(one_line.begin(), one_line.end(), '\n', ' ');
    append_reply(out, said.code, said.enhanced, one_line, utf8);
}

} // namespace waypost::smtp
