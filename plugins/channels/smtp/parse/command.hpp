// SPDX-License-Identifier: Apache-2.0
// SMTP and LMTP commands: RFC 5321 s4.1.1, with the parameters of SIZE (1870), 8BITMIME (6152), DSN
// (3461), CHUNKING (3030), SMTPUTF8 (6531), AUTH (4954) and REQUIRETLS (8689). Pure; results are
// views of the line.
#pragma once

#include "parse/address.hpp"

#include <waypost/result.hpp>

#include <cstdint>
#include <string_view>

namespace waypost::smtp {

enum class verb : std::uint8_t {
    unknown,
    helo,
    ehlo,
    lhlo,
    mail,
    rcpt,
    data,
    bdat,
    rset,
    noop,
    quit,
    vrfy,
    expn,
    help,
    starttls,
    auth,
    etrn
};

struct command {
    verb what = verb::unknown;
    std::string_view argument; // without the space behind the verb and trailing spaces
};

/// A line without its CRLF. Words are known in any case; control characters make it unknown.
command parse_command(std::string_view line) noexcept;

enum class body_kind : std::uint8_t { seven_bit, eight_bit, binary };
enum class return_kind : std::uint8_t { unset, full, headers };

struct mail_command {
    path from;
    std::uint64_t size = 0;
    bool has_size = false;
    body_kind body = body_kind::seven_bit;
    return_kind ret = return_kind::unset;
    bool smtputf8 = false;
    bool require_tls = false;
    std::string_view envid; // xtext, checked
    std::string_view auth;  // xtext or "<>"
};

/// The argument of MAIL: "FROM:<...> parameters".
result<mail_command> parse_mail(std::string_view argument);

struct rcpt_command {
    path to;
    std::uint32_t notify = 0;    // WP_NOTIFY_*
    std::string_view orcpt_type; // "rfc822"
    std::string_view orcpt;      // encoded, checked
};

/// The argument of RCPT: "TO:<...> parameters".
result<rcpt_command> parse_rcpt(std::string_view argument, bool smtputf8);

struct bdat_command {
    std::uint64_t size = 0;
    bool is_last = false;
};

/// The argument of BDAT: "1000 LAST".
result<bdat_command> parse_bdat(std::string_view argument);

} // namespace waypost::smtp
