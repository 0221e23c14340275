// SPDX-License-Identifier: Apache-2.0
// The header lines that final delivery puts before a message, in this mailbox only. Pure.
#pragma once

#include <string>
#include <string_view>

namespace waypost::mailbox {

/// Appends "Return-Path: <sender>" (RFC 5321 s4.4) and, when `delivered_to` is not empty,
/// "Delivered-To: ...". Control characters in an address become '?', so that nothing can add a
/// line.
void append_prefix(std::string& out, std::string_view sender, std::string_view delivered_to);

} // namespace waypost::mailbox
