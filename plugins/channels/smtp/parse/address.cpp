// SPDX-License-Identifier: Apache-2.0
#include "parse/address.hpp"

#include "parse/limits.hpp"
#include "parse/text.hpp"

#include <waypost/ascii.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace waypost::smtp {
namespace {

constexpr std::string_view atext_symbols = "!#$%&'*+-/=?^_`{|}~";

bool is_atext(char c) noexcept {
    return is_alnum(c) || is_8bit(c) || atext_symbols.find(c) != std::string_view::npos;
}

error bad(const char* text) {
    return {WP_INVALID, 501, 5, 1, 3, text};
}

/// Length of a Dot-string at the front; 0 when there is none or it ends in a dot.
std::size_t dot_string(std::string_view in) noexcept {
    std::size_t at = 0;
    bool after_atom = false;
    for (; at < in.size(); ++at) {
        if (in[at] == '.' && after_atom)
            after_atom = false;
        else if (is_atext(in[at]))
            after_atom = true;
        else
            break;
    }
    return after_atom ? at : 0;
}

/// Length of a Quoted-string at the front; 0 when there is none.
std::size_t quoted_string(std::string_view in) noexcept {
    if (in.empty() || in[0] != '"')
        return 0;
    for (std::size_t at = 1; at < in.size(); ++at) {
        if (in[at] == '"')
            return at + 1;
        if (in[at] == '\\' && (++at == in.size() || is_8bit(in[at])))
            return 0;
        if (is_control(in[at]))
            return 0;
    }
    return 0;
}

/// Length of what could be a domain or literal at the front, checked by the caller.
std::size_t domain_extent(std::string_view in) noexcept {
    if (!in.empty() && in[0] == '[') {
        const std::size_t close = in.find(']');
        return close == std::string_view::npos ? 0 : close + 1;
    }
    const auto is_part = [](char c) { return is_alnum(c) || c == '-' || c == '.' || is_8bit(c); };
    return static_cast<std::size_t>(std::find_if_not(in.begin(), in.end(), is_part) - in.begin());
}

bool is_label(std::string_view label, bool underscores) noexcept {
    if (label.empty() || label.size() > limits::domain_label || label.front() == '-' ||
        label.back() == '-')
        return false;
    return std::all_of(label.begin(), label.end(), [&](char c) {
        return is_alnum(c) || c == '-' || is_8bit(c) || (underscores && c == '_');
    });
}

bool are_labels(std::string_view text, bool underscores) noexcept {
    if (text.empty() || text.size() > limits::domain)
        return false;
    for (;;) {
        const std::size_t dot = text.find('.');
        if (!is_label(text.substr(0, dot), underscores))
            return false;
        if (dot == std::string_view::npos)
            return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_ip(int family, std::string_view text) noexcept {
    char terminated[64];
    unsigned char ignored[sizeof(in6_addr)];
    if (text.size() >= sizeof terminated)
        return false;
    std::memcpy(terminated, text.data(), text.size());
    terminated[text.size()] = '\0';
    return std::strlen(terminated) == text.size() && ::inet_pton(family, terminated, ignored) == 1;
}

/// "@a,@b:" at the front (RFC 5321 s4.1.2 A-d-l); returns its length, 0 without one, npos when
/// malformed.
std::size_t source_route(std::string_view in) noexcept {
    if (in.empty() || in[0] != '@')
        return 0;
    std::size_t at = 0;
    for (;;) {
        if (at >= in.size() || in[at] != '@')
            return std::string_view::npos;
        const std::size_t size = domain_extent(in.substr(at + 1));
        const std::string_view host = in.substr(at + 1, size);
        if (!is_domain(host) && parse_address_literal(host) == host_kind::none)
            return std::string_view::npos;
        at += 1 + size;
        if (at >= in.size() || (in[at] != ',' && in[at] != ':'))
            return std::string_view::npos;
        if (in[at++] == ':')
            return at;
    }
}

/// A mailbox at the front; its address tells how long it is.
result<mailbox> take_mailbox(std::string_view in) {
    mailbox out;
    std::size_t size = quoted_string(in);
    out.is_quoted = size != 0;
    if (size == 0)
        size = dot_string(in);
    if (size == 0)
        return bad("The local part of the address is malformed");
    if (size > limits::local_part)
        return bad("The local part of the address is too long");
    out.local = in.substr(0, size);
    if (size >= in.size() || in[size] != '@')
        return bad("The address has no domain");
    const std::size_t extent = domain_extent(in.substr(size + 1));
    out.domain = in.substr(size + 1, extent);
    out.host = is_domain(out.domain) ? host_kind::name : parse_address_literal(out.domain);
    if (out.host == host_kind::none)
        return bad("The domain of the address is malformed");
    out.address = in.substr(0, size + 1 + extent);
    out.is_utf8 = has_8bit(out.address);
    if (out.is_utf8 && !is_utf8(out.address))
        return bad("The address is not valid UTF-8");
    return out;
}

} // namespace

bool is_domain(std::string_view text) noexcept {
    return are_labels(text, false) && is_utf8(text);
}

host_kind parse_address_literal(std::string_view text) noexcept {
    if (text.size() < 3 || text.size() > limits::domain || text.front() != '[' ||
        text.back() != ']')
        return host_kind::none;
    const std::string_view inside = text.substr(1, text.size() - 2);
    if (is_ip(AF_INET, inside))
        return host_kind::ipv4;
    // RFC 5321 s4.1.3 has room for other tags; none is registered, and no server could reach such a
    // host.
    constexpr std::string_view tag = "IPv6:";
    if (!equal_folded(inside.substr(0, tag.size()), tag))
        return host_kind::none;
    return is_ip(AF_INET6, inside.substr(tag.size())) ? host_kind::ipv6 : host_kind::none;
}

bool is_client_name(std::string_view text) noexcept {
    return !has_8bit(text) &&
           (are_labels(text, true) || parse_address_literal(text) != host_kind::none);
}

result<mailbox> parse_mailbox(std::string_view text) {
    auto out = take_mailbox(text);
    if (out && out->address.size() != text.size())
        return bad("There is more behind the address");
    return out;
}

result<path> parse_path(std::string_view& input, path_use use) {
    if (input.empty() || input[0] != '<')
        return bad("The address must stand in angle brackets");
    std::string_view in = input.substr(1);
    if (use == path_use::reverse && in.starts_with('>')) {
        input = in.substr(1);
        return path{};
    }
    // RFC 5321 s4.1.1.3: the one mailbox every host has, without a domain.
    constexpr std::string_view postmaster = "postmaster";
    if (use == path_use::forward && in.size() > postmaster.size() && in[postmaster.size()] == '>' &&
        equal_folded(in.substr(0, postmaster.size()), postmaster)) {
        mailbox to;
        to.address = to.local = in.substr(0, postmaster.size());
        input = in.substr(postmaster.size() + 1);
        return path{to};
    }
    const std::size_t route = source_route(in);
    if (route == std::string_view::npos)
        return bad("The source route of the address is malformed");
    in.remove_prefix(route);
    auto to = take_mailbox(in);
    if (!to)
        return to.failure();
    in.remove_prefix(to->address.size());
    if (!in.starts_with('>'))
        return bad("The address is malformed");
    input = in.substr(1);
    return path{*to};
}

} // namespace waypost::smtp
