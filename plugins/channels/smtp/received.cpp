// SPDX-License-Identifier: Apache-2.0
#include "received.hpp"

#include <array>
#include <cstdio>

namespace waypost::smtp {
namespace {

// Locale must not matter.
constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

} // namespace

std::string date(std::time_t now) {
    thread_local std::time_t last = -1;
    thread_local std::string text;
    if (now != last) {
        std::tm utc{};
        ::gmtime_r(&now, &utc);
        std::array<char, 64> out;
        std::snprintf(out.data(), out.size(), "%s, %d %s %d %02d:%02d:%02d +0000",
                      days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                      months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                      utc.tm_min, utc.tm_sec);
        text = out.data();
        last = now;
    }
    return text;
}

std::string_view with_word(bool lmtp, bool extended, bool tls, bool authenticated,
                           bool smtputf8) noexcept {
    // RFC 3848 and RFC 6531 s4.3; index: TLS + 2 * authenticated.
    static constexpr std::string_view words[4][4] = {
        {"ESMTP", "ESMTPS", "ESMTPA", "ESMTPSA"},
        {"LMTP", "LMTPS", "LMTPA", "LMTPSA"},
        {"UTF8SMTP", "UTF8SMTPS", "UTF8SMTPA", "UTF8SMTPSA"},
        {"UTF8LMTP", "UTF8LMTPS", "UTF8LMTPA", "UTF8LMTPSA"}};
    if (!extended && !lmtp)
        return "SMTP";
    return words[(lmtp ? 1u : 0u) + (smtputf8 ? 2u : 0u)]
                [(tls ? 1u : 0u) + (authenticated ? 2u : 0u)];
}

std::string received_header(const trace& of) {
    std::string out;
    out.reserve(320);
    out.append("Received: from ").append(of.client_name);
    if (of.client.kind() == net::address::family::v4)
        out.append(" ([").append(of.client.text()).append("])");
    else if (of.client.kind() == net::address::family::v6)
        out.append(" ([IPv6:").append(of.client.text()).append("])");
    if (!of.tls_version.empty())
        out.append("\r\n\t(using ")
            .append(of.tls_version)
            .append(" with ")
            .append(of.tls_cipher)
            .append(")");
    out.append("\r\n\tby ").append(of.hostname).append(" with ").append(of.with);
    out.append(" id ").append(of.id);
    if (!of.for_address.empty())
        out.append("\r\n\tfor <").append(of.for_address).append(">");
    out.append("; ").append(date(of.now)).append("\r\n");
    return out;
}

} // namespace waypost::smtp
