// SPDX-License-Identifier: Apache-2.0
// Whole replies. Codes in brackets: RFC 2449 s8 (LOGIN-DELAY, IN-USE), RFC 3206 (SYS/TEMP,
// SYS/PERM, AUTH).
#pragma once

#include <string_view>

namespace waypost::pop3::replies {

using text = std::string_view;

inline constexpr text ok = "+OK\r\n";
inline constexpr text goodbye = "+OK Goodbye\r\n";
inline constexpr text send_password = "+OK Now the password\r\n";
inline constexpr text logged_in = "+OK Logged in\r\n";
inline constexpr text start_tls = "+OK Begin TLS\r\n";
inline constexpr text deleted = "+OK Marked for deletion\r\n";
inline constexpr text go_on = "+ \r\n";
inline constexpr text end = ".\r\n";

inline constexpr text unknown_command = "-ERR Unknown command\r\n";
inline constexpr text not_now = "-ERR This command is not allowed now\r\n";
inline constexpr text syntax = "-ERR Wrong or missing argument\r\n";
inline constexpr text no_argument = "-ERR This command takes no argument\r\n";
inline constexpr text no_such_message = "-ERR There is no such message\r\n";
inline constexpr text is_deleted = "-ERR This message is marked for deletion\r\n";
inline constexpr text line_too_long = "-ERR The command line is too long\r\n";
inline constexpr text bare_line_end = "-ERR Lines must end in CR LF\r\n";
inline constexpr text too_many_errors = "-ERR Too many errors\r\n";
inline constexpr text user_first = "-ERR Send USER before PASS\r\n";
inline constexpr text needs_tls =
    "-ERR [AUTH] Passwords are taken on an encrypted connection only: use STLS first\r\n";
inline constexpr text no_mechanism = "-ERR This mechanism is not offered\r\n";
inline constexpr text bad_response = "-ERR The response cannot be read\r\n";
inline constexpr text cancelled = "-ERR Authentication cancelled\r\n";
inline constexpr text no_tls = "-ERR TLS is not offered\r\n";
inline constexpr text already_secure = "-ERR The connection is encrypted already\r\n";
inline constexpr text injected = "-ERR Commands behind STLS are not allowed\r\n";
inline constexpr text login_refused = "-ERR [AUTH] Login refused\r\n";
inline constexpr text login_later =
    "-ERR [SYS/TEMP] Login is not possible now, try again later\r\n";
inline constexpr text in_use = "-ERR [IN-USE] The mailbox is in use by another session\r\n";
inline constexpr text no_mailbox = "-ERR [SYS/PERM] There is no mailbox to read\r\n";
inline constexpr text mailbox_later =
    "-ERR [SYS/TEMP] The mailbox cannot be opened now, try again later\r\n";
inline constexpr text message_later =
    "-ERR [SYS/TEMP] The message cannot be read now, try again later\r\n";
inline constexpr text not_removed = "-ERR [SYS/TEMP] Marked messages were not removed\r\n";
inline constexpr text shutting_down =
    "-ERR [SYS/TEMP] The service is shutting down, try again later\r\n";
inline constexpr text too_many_connections =
    "-ERR [SYS/TEMP] Too many connections, try again later\r\n";
inline constexpr text too_many_from_you =
    "-ERR [SYS/TEMP] Too many connections from your address\r\n";

} // namespace waypost::pop3::replies
