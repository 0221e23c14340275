// SPDX-License-Identifier: Apache-2.0
// Replies that never change, whole. Codes: RFC 5321 s4.2.3 and s4.3.2; enhanced codes: RFC 3463.
#pragma once

#include <string_view>

namespace waypost::smtp::replies {

inline constexpr std::string_view sender_ok = "250 2.1.0 Sender ok\r\n";
inline constexpr std::string_view recipient_ok = "250 2.1.5 Recipient ok\r\n";
inline constexpr std::string_view send_content = "354 End data with <CRLF>.<CRLF>\r\n";
inline constexpr std::string_view ok = "250 2.0.0 Ok\r\n";
inline constexpr std::string_view goodbye = "221 2.0.0 Goodbye\r\n";
inline constexpr std::string_view start_tls = "220 2.0.0 Ready to start TLS\r\n";
inline constexpr std::string_view help =
    "214 2.0.0 Commands: EHLO HELO LHLO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS QUIT\r\n";
inline constexpr std::string_view cannot_verify =
    "252 2.5.2 Cannot verify; send mail to find out\r\n";

inline constexpr std::string_view unknown_command = "500 5.5.2 Command not recognised\r\n";
inline constexpr std::string_view bare_line_end =
    "500 5.5.2 Every line must end with CRLF; closing connection\r\n";
inline constexpr std::string_view line_too_long = "500 5.5.2 Line too long\r\n";
inline constexpr std::string_view no_argument = "501 5.5.4 The command takes no argument\r\n";
inline constexpr std::string_view bad_name =
    "501 5.5.4 A domain name or address literal is needed\r\n";
inline constexpr std::string_view not_here = "502 5.5.1 Command not available here\r\n";
inline constexpr std::string_view hello_first = "503 5.5.1 Say hello first\r\n";
inline constexpr std::string_view nested_mail = "503 5.5.1 A transaction is under way\r\n";
inline constexpr std::string_view mail_first = "503 5.5.1 MAIL first\r\n";
inline constexpr std::string_view rcpt_first = "503 5.5.1 RCPT first\r\n";
inline constexpr std::string_view bdat_started = "503 5.5.1 The content comes by BDAT\r\n";
inline constexpr std::string_view already_secure = "503 5.5.1 TLS is active already\r\n";
inline constexpr std::string_view injected =
    "554 5.5.1 Commands behind STARTTLS; closing connection\r\n";
inline constexpr std::string_view no_tls = "454 4.7.0 TLS is not available\r\n";
inline constexpr std::string_view no_binary = "555 5.5.4 BINARYMIME is not supported\r\n";
inline constexpr std::string_view no_require_tls = "555 5.5.4 REQUIRETLS is not supported\r\n";
inline constexpr std::string_view no_valid_recipients = "554 5.5.1 No valid recipients\r\n";
inline constexpr std::string_view too_many_recipients = "452 4.5.3 Too many recipients\r\n";
inline constexpr std::string_view too_large = "552 5.3.4 The message is too large\r\n";
inline constexpr std::string_view bare_content =
    "550 5.5.2 The message has a bare CR or LF; every line must end with CRLF\r\n";
inline constexpr std::string_view chunk_too_large =
    "552 5.3.4 The chunk is too large; closing connection\r\n";

inline constexpr std::string_view timeout = "421 4.4.2 Timeout; closing connection\r\n";
inline constexpr std::string_view too_many_errors =
    "421 4.7.0 Too many errors; closing connection\r\n";
inline constexpr std::string_view shutting_down = "421 4.3.2 Shutting down; try again soon\r\n";
inline constexpr std::string_view too_many_connections =
    "421 4.7.0 Too many connections; try again later\r\n";
inline constexpr std::string_view too_many_from_you =
    "421 4.7.0 Too many connections from your address; try again later\r\n";

} // namespace waypost::smtp::replies
