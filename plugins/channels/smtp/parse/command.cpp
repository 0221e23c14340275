// SPDX-License-Identifier: Apache-2.0
#include "parse/command.hpp"

#include "parse/limits.hpp"
#include "parse/text.hpp"

#include <waypost/abi/draft/ingress.h>
#include <waypost/ascii.hpp>

namespace waypost::smtp {
namespace {

struct word {
    std::string_view text;
    verb what;
};

// The most frequent first.
constexpr word words[] = {
    {"MAIL", verb::mail}, {"RCPT", verb::rcpt}, {"DATA", verb::data},         {"BDAT", verb::bdat},
    {"EHLO", verb::ehlo}, {"QUIT", verb::quit}, {"RSET", verb::rset},         {"NOOP", verb::noop},
    {"HELO", verb::helo}, {"LHLO", verb::lhlo}, {"STARTTLS", verb::starttls}, {"AUTH", verb::auth},
    {"VRFY", verb::vrfy}, {"EXPN", verb::expn}, {"HELP", verb::help},         {"ETRN", verb::etrn},
};

error syntax(const char* text) {
    return {WP_INVALID, 501, 5, 5, 4, text};
}
error unsupported(std::string_view keyword) {
    return {WP_UNSUPPORTED,
            555,
            5,
            5,
            4,
            "Parameter not recognised: " + std::string(keyword.substr(0, 40))};
}

void trim_left(std::string_view& text) noexcept {
    while (text.starts_with(' '))
        text.remove_prefix(1);
}

/// "FROM:" or "TO:"; spaces around the colon's right side are common and harmless.
bool take_prefix(std::string_view& text, std::string_view prefix) noexcept {
    if (text.size() < prefix.size() || !equal_folded(text.substr(0, prefix.size()), prefix))
        return false;
    text.remove_prefix(prefix.size());
    trim_left(text);
    return true;
}

struct parameter {
    std::string_view keyword;
    std::string_view value;
    bool has_value = false;
};

bool is_keyword(std::string_view text) noexcept {
    if (text.empty() || !is_alnum(text.front()))
        return false;
    for (const char c : text)
        if (!is_alnum(c) && c != '-')
            return false;
    return true;
}

/// RFC 5321 s4.1.2 esmtp-param.
result<parameter> take_parameter(std::string_view& rest) {
    trim_left(rest);
    const std::string_view token = rest.substr(0, rest.find(' '));
    rest.remove_prefix(token.size());
    const std::size_t equals = token.find('=');
    parameter out{token.substr(0, equals), {}, equals != std::string_view::npos};
    if (out.has_value)
        out.value = token.substr(equals + 1);
    if (!is_keyword(out.keyword) || (out.has_value && out.value.empty()) || has_control(out.value))
        return syntax("A parameter is malformed");
    return out;
}

/// Calls `apply` with each parameter; a keyword may come once.
template <class Apply>
result<void> for_each_parameter(std::string_view rest, Apply apply) {
    if (!rest.empty() && rest.front() != ' ')
        return syntax("A space must follow the address");
    std::string_view seen[limits::parameters];
    std::size_t count = 0;
    for (trim_left(rest); !rest.empty(); trim_left(rest)) {
        const auto next = take_parameter(rest);
        if (!next)
            return next.failure();
        for (std::size_t i = 0; i < count; ++i)
            if (equal_folded(seen[i], next->keyword))
                return syntax("A parameter is given twice");
        if (count == limits::parameters)
            return syntax("Too many parameters");
        seen[count++] = next->keyword;
        if (auto applied = apply(*next); !applied)
            return applied;
    }
    return {};
}

result<void> apply_body(mail_command& out, std::string_view value) {
    if (equal_folded(value, "7BIT"))
        out.body = body_kind::seven_bit;
    else if (equal_folded(value, "8BITMIME"))
        out.body = body_kind::eight_bit;
    else if (equal_folded(value, "BINARYMIME"))
        out.body = body_kind::binary;
    else
        return syntax("BODY must be 7BIT or 8BITMIME");
    return {};
}

result<void> apply_ret(mail_command& out, std::string_view value) {
    if (equal_folded(value, "FULL"))
        out.ret = return_kind::full;
    else if (equal_folded(value, "HDRS"))
        out.ret = return_kind::headers;
    else
        return syntax("RET must be FULL or HDRS"); // RFC 3461 s4.3
    return {};
}

result<void> apply_mail(mail_command& out, const parameter& next) {
    if (equal_folded(next.keyword, "SIZE")) { // RFC 1870 s4
        const auto size = parse_number(next.value, limits::size_digits);
        if (!size)
            return syntax("SIZE must be a number of octets");
        out.size = *size;
        out.has_size = true;
        return {};
    }
    if (equal_folded(next.keyword, "BODY"))
        return apply_body(out, next.value);
    if (equal_folded(next.keyword, "RET"))
        return apply_ret(out, next.value);
    if (equal_folded(next.keyword, "ENVID")) { // RFC 3461 s4.4
        if (next.value.empty() || next.value.size() > limits::envid || !decode_xtext(next.value))
            return syntax("ENVID is malformed");
        out.envid = next.value;
        return {};
    }
    if (equal_folded(next.keyword, "AUTH")) { // RFC 4954 s5
        if (next.value != "<>" && (next.value.empty() || !decode_xtext(next.value)))
            return syntax("AUTH is malformed");
        out.auth = next.value;
        return {};
    }
    const bool is_utf8_flag = equal_folded(next.keyword, "SMTPUTF8"); // RFC 6531 s3.4
    if (!is_utf8_flag && !equal_folded(next.keyword, "REQUIRETLS"))
        return unsupported(next.keyword);
    if (next.has_value)
        return syntax("The parameter takes no value");
    (is_utf8_flag ? out.smtputf8 : out.require_tls) = true;
    return {};
}

/// RFC 3461 s4.1: NEVER, or a list without repetition.
result<void> apply_notify(rcpt_command& out, std::string_view value) {
    if (equal_folded(value, "NEVER")) {
        out.notify = WP_NOTIFY_NEVER;
        return {};
    }
    for (;;) {
        const std::size_t comma = value.find(',');
        const std::string_view item = value.substr(0, comma);
        const std::uint32_t flag = equal_folded(item, "SUCCESS")   ? WP_NOTIFY_SUCCESS
                                   : equal_folded(item, "FAILURE") ? WP_NOTIFY_FAILURE
                                   : equal_folded(item, "DELAY")   ? WP_NOTIFY_DELAY
                                                                   : 0;
        if (flag == 0 || (out.notify & flag) != 0)
            return syntax("NOTIFY must be NEVER or a list of SUCCESS, FAILURE, DELAY");
        out.notify |= flag;
        if (comma == std::string_view::npos)
            return {};
        value.remove_prefix(comma + 1);
    }
}

/// RFC 3461 s4.2: addr-type ";" xtext; RFC 6533 s3 for the type utf-8.
result<void> apply_orcpt(rcpt_command& out, std::string_view value, bool smtputf8) {
    const std::size_t semicolon = value.find(';');
    if (value.size() > limits::orcpt || semicolon == std::string_view::npos)
        return syntax("ORCPT is malformed");
    out.orcpt_type = value.substr(0, semicolon);
    out.orcpt = value.substr(semicolon + 1);
    const bool is_utf8_type = equal_folded(out.orcpt_type, "utf-8");
    const bool good = is_utf8_type ? (smtputf8 || !has_8bit(out.orcpt)) &&
                                         decode_utf8_address(out.orcpt).has_value()
                                   : decode_xtext(out.orcpt).has_value();
    if (!is_keyword(out.orcpt_type) || out.orcpt.empty() || !good)
        return syntax("ORCPT is malformed");
    return {};
}

result<void> apply_rcpt(rcpt_command& out, const parameter& next, bool smtputf8) {
    if (equal_folded(next.keyword, "NOTIFY"))
        return apply_notify(out, next.value);
    if (equal_folded(next.keyword, "ORCPT"))
        return apply_orcpt(out, next.value, smtputf8);
    return unsupported(next.keyword);
}

/// RFC 6531 s3.5.
error needs_smtputf8() {
    return {WP_INVALID, 553, 5,
            6,          7,   "An address with non-ASCII characters needs the SMTPUTF8 parameter"};
}

} // namespace

command parse_command(std::string_view line) noexcept {
    while (line.ends_with(' ') || line.ends_with('\t'))
        line.remove_suffix(1);
    const std::size_t space = line.find(' ');
    const std::string_view name = line.substr(0, space);
    if (has_control(line))
        return {};
    for (const word& each : words) {
        if (equal_folded(name, each.text)) {
            std::string_view argument =
                space == std::string_view::npos ? "" : line.substr(space + 1);
            trim_left(argument);
            return {each.what, argument};
        }
    }
    return {};
}

result<mail_command> parse_mail(std::string_view argument) {
    if (!take_prefix(argument, "FROM:"))
        return syntax("Syntax: MAIL FROM:<address>");
    mail_command out;
    auto from = parse_path(argument, path_use::reverse);
    if (!from) {
        error why = from.failure();
        why.enhanced[2] = 7; // RFC 3463 s3.2: bad sender's mailbox address syntax
        return why;
    }
    out.from = *from;
    if (auto good = for_each_parameter(
            argument, [&](const parameter& next) { return apply_mail(out, next); });
        !good)
        return good.failure();
    if (out.from.to.is_utf8 && !out.smtputf8)
        return needs_smtputf8();
    return out;
}

result<rcpt_command> parse_rcpt(std::string_view argument, bool smtputf8) {
    if (!take_prefix(argument, "TO:"))
        return syntax("Syntax: RCPT TO:<address>");
    rcpt_command out;
    auto to = parse_path(argument, path_use::forward);
    if (!to)
        return to.failure();
    out.to = *to;
    if (auto good = for_each_parameter(
            argument, [&](const parameter& next) { return apply_rcpt(out, next, smtputf8); });
        !good)
        return good.failure();
    if (out.to.to.is_utf8 && !smtputf8)
        return needs_smtputf8();
    return out;
}

result<bdat_command> parse_bdat(std::string_view argument) {
    const std::size_t space = argument.find(' ');
    const auto size = parse_number(argument.substr(0, space), limits::size_digits);
    if (!size)
        return syntax("Syntax: BDAT size [LAST]");
    bdat_command out{*size, false};
    if (space != std::string_view::npos) {
        std::string_view rest = argument.substr(space);
        trim_left(rest);
        if (!equal_folded(rest, "LAST"))
            return syntax("Syntax: BDAT size [LAST]");
        out.is_last = true;
    }
    return out;
}

} // namespace waypost::smtp
