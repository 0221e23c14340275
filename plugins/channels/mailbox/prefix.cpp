// SPDX-License-Identifier: Apache-2.0
#include "prefix.hpp"

namespace waypost::mailbox {
namespace {

void append_address(std::string& out, std::string_view address) {
    for (const char each : address)
        out.push_back(static_cast<unsigned char>(each) < 0x20 || each == 0x7f ? '?' : each);
}

} // namespace

void append_prefix(std::string& out, std::string_view sender, std::string_view delivered_to) {
    out.append("Return-Path: <");
    append_address(out, sender);
    out.append(">\r\n");
    if (delivered_to.empty())
        return;
    out.append("Delivered-To: ");
    append_address(out, delivered_to);
    out.append("\r\n");
}

} // namespace waypost::mailbox
