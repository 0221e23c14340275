// SPDX-License-Identifier: Apache-2.0
// The trace header of a message that came in: RFC 5321 s4.4, "with" words of RFC 3848 and RFC 6531
// s4.3. Pure.
#pragma once

#include <waypost/net/address.hpp>

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace waypost::smtp {

struct trace {
    std::string_view client_name;
    net::address client;
    std::string_view hostname;
    std::string_view with;
    std::string_view tls_version; // empty: not secured
    std::string_view tls_cipher;
    std::string_view id;
    std::string_view for_address; // empty: several recipients
    std::time_t now = 0;
};

/// The whole header with its CRLFs.
std::string received_header(const trace& of);

/// "ESMTP", "ESMTPS", "LMTP", "UTF8SMTPS" and so on.
std::string_view with_word(bool lmtp, bool extended, bool tls, bool authenticated,
                           bool smtputf8) noexcept;

/// RFC 5322 s3.3, in UTC.
std::string date(std::time_t now);

} // namespace waypost::smtp
