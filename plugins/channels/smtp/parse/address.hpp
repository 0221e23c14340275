// SPDX-License-Identifier: Apache-2.0
// Addresses of the envelope: RFC 5321 s4.1.2 (paths, mailboxes), s4.1.3 (address literals), RFC
// 6531 s3.3 (UTF-8). Pure; everything found is a view of the input.
#pragma once

#include <waypost/result.hpp>

#include <cstdint>
#include <string_view>

namespace waypost::smtp {

enum class host_kind : std::uint8_t {
    none, // <postmaster>
    name, // example.com
    ipv4, // [192.0.2.1]
    ipv6  // [IPv6:2001:db8::1]
};

struct mailbox {
    std::string_view address; // local part and domain as written
    std::string_view local;   // with its quotes, if any
    std::string_view domain;  // literals with their brackets; empty for none
    host_kind host = host_kind::none;
    bool is_quoted = false;
    bool is_utf8 = false; // octets above 127: only together with SMTPUTF8
};

/// "local@domain", all of `text`.
result<mailbox> parse_mailbox(std::string_view text);

struct path {
    mailbox to; // address empty: the null path
    bool is_null() const noexcept { return to.address.empty(); }
};

enum class path_use { reverse, forward };

/// "<...>" at the front of `input`, which is advanced behind it. A source route is checked and
/// dropped (RFC 5321 appendix C). The null path is good for reverse, "<postmaster>" for forward
/// use.
result<path> parse_path(std::string_view& input, path_use use);

/// RFC 5321 s4.1.2 Domain, with U-labels (RFC 6531 s3.3).
bool is_domain(std::string_view text) noexcept;
/// With its brackets; none when it is not one.
host_kind parse_address_literal(std::string_view text) noexcept;
/// The argument of HELO, EHLO and LHLO: a domain or literal. Names with underscores are let pass:
/// they are common, and nothing depends on the name.
bool is_client_name(std::string_view text) noexcept;

} // namespace waypost::smtp
