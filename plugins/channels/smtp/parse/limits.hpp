// SPDX-License-Identifier: Apache-2.0
// Sizes of SMTP's pieces. RFC 5321 s4.5.3.1 gives what must at least be taken; extensions add to
// it. Those with a configuration key say which.
#pragma once

#include <cstddef>
#include <cstdint>

namespace waypost::smtp::limits {

/// A command line with CRLF. RFC 5321 s4.5.3.1.4 says 512; SIZE, DSN, SMTPUTF8 and AUTH parameters
/// come on top.
inline constexpr std::size_t command_line = 4096;
/// RFC 5321 s4.5.3.1.1 says 64; return addresses made by list managers are longer.
inline constexpr std::size_t local_part = 128;
/// RFC 5321 s4.5.3.1.2.
inline constexpr std::size_t domain = 255;
/// RFC 1035 s2.3.4.
inline constexpr std::size_t domain_label = 63;
/// RFC 3461 s4.4, of the encoded value.
inline constexpr std::size_t envid = 100;
/// RFC 3461 s4.2.
inline constexpr std::size_t orcpt = 500;
/// Parameters of one MAIL or RCPT command.
inline constexpr std::size_t parameters = 16;
/// RFC 1870 s3: digits of SIZE.
inline constexpr std::size_t size_digits = 20;
/// RFC 5321 s4.5.3.1.5: a reply line with CRLF.
inline constexpr std::size_t reply_line = 512;
/// Content after the size limit that is read and dropped before the connection is closed.
inline constexpr std::uint64_t dropped_content = 64u << 20;
/// RFC 5321 s4.5.3.1.8; key max_recipients.
inline constexpr std::size_t recipients = 1000;

} // namespace waypost::smtp::limits
