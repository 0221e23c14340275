// SPDX-License-Identifier: Apache-2.0
#include "transfer/report/compose.hpp"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <ctime>

namespace waypost::kernel::transfer::report {

namespace {

bool is_8bit(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// One line, of bounded length; folded text of others becomes a space.
std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, max_value_bytes)) {
        const auto octet = static_cast<unsigned char>(c);
        out.push_back(octet < 0x20 || octet == 0x7f ? ' ' : c);
    }
    return out;
}

std::string ascii_line(std::string_view text) {
    auto out = one_line(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) >= 0x80)
            c = '?';
    return out;
}

void field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

std::string_view word_of(action what) noexcept {
    switch (what) {
    case action::failed:
        return "failed";
    case action::delayed:
        return "delayed";
    case action::delivered:
        return "delivered";
    case action::relayed:
        return "relayed";
    }
    return "failed";
}

std::string_view subject_of(action what) noexcept {
    switch (what) {
    case action::failed:
        return "Undelivered mail: returned to sender";
    case action::delayed:
        return "Delayed mail: still being tried";
    case action::delivered:
        return "Mail was delivered";
    case action::relayed:
        return "Mail was passed on";
    }
    return "";
}

std::string opening_of(const content& of) {
    switch (of.what) {
    case action::failed:
        return fmt::format("This is the mail system at {}.\r\n\r\nYour message could not be "
                           "delivered to the recipients below. It will not be tried again.\r\n",
                           of.hostname);
    case action::delayed:
        return fmt::format("This is the mail system at {}.\r\n\r\nYour message could not be "
                           "delivered yet to the recipients below. It is being tried until {}; you "
                           "need not send it again.\r\n",
                           of.hostname, date_text(of.ends_ns));
    case action::delivered:
        return fmt::format(
            "This is the mail system at {}.\r\n\r\nYour message was delivered to the "
            "recipients below.\r\n",
            of.hostname);
    case action::relayed:
        return fmt::format("This is the mail system at {}.\r\n\r\nYour message was passed on to a "
                           "system that sends no reports. You may hear no more of it.\r\n",
                           of.hostname);
    }
    return {};
}

void people_part(std::string& out, const content& of) {
    out += "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    out += opening_of(of);
    for (const auto& to : of.recipients) {
        out += fmt::format("\r\n<{}>", one_line(to.address));
        if (!to.original.empty())
            if (const auto written =
                    std::string_view(to.original).substr(to.original.find(';') + 1);
                written != to.address)
                out += fmt::format(" (from <{}>)", one_line(written));
        out += "\r\n";
        if (!to.text.empty() && to.text != to.reply)
            out += fmt::format("    {}\r\n", one_line(to.text));
        if (!to.reply.empty())
            out += fmt::format("    {} said: {}\r\n",
                               to.remote.empty() ? "The next system" : one_line(to.remote),
                               one_line(to.reply));
    }
}

std::string address_type(std::string_view address) {
    return is_8bit(address) ? "utf-8" : "rfc822";
}

/// RFC 3464 s2.2 and s2.3.
void status_part(std::string& out, const content& of) {
    out += fmt::format("Content-Type: message/{}delivery-status\r\n{}\r\n",
                       needs_utf8(of) ? "global-" : "",
                       needs_utf8(of) ? "Content-Transfer-Encoding: 8bit\r\n" : "");
    if (!of.envid.empty())
        field(out, "Original-Envelope-Id", ascii_line(of.envid));
    field(out, "Reporting-MTA", "dns; " + of.hostname);
    field(out, "Arrival-Date", date_text(of.arrived_ns));
    for (const auto& to : of.recipients) {
        out += "\r\n";
        if (const auto type = to.original.find(';'); type != std::string::npos)
            field(out, "Original-Recipient",
                  fmt::format("{}; {}", ascii_line(to.original.substr(0, type)),
                              one_line(to.original.substr(type + 1))));
        field(out, "Final-Recipient",
              fmt::format("{}; {}", address_type(to.address), one_line(to.address)));
        field(out, "Action", word_of(of.what));
        field(out, "Status", fmt::format("{}.{}.{}", to.status[0], to.status[1], to.status[2]));
        if (!to.remote.empty())
            field(out, "Remote-MTA",
                  "dns; " + ascii_line(to.remote.substr(0, to.remote.find(' '))));
        if (!to.reply.empty())
            field(out, "Diagnostic-Code", "smtp; " + ascii_line(to.reply));
        field(out, "Last-Attempt-Date", date_text(of.now_ns));
        if (of.what == action::delayed)
            field(out, "Will-Retry-Until", date_text(of.ends_ns));
    }
}

std::string_view header_of(std::string_view message) noexcept {
    const auto end = message.find("\r\n\r\n");
    return message.substr(0, end == std::string_view::npos ? max_header_bytes
                                                           : std::min(end + 2, max_header_bytes));
}

void original_part(std::string& out, const content& of) {
    const auto original = of.returns_body ? of.original : header_of(of.original);
    const bool is_utf8 = needs_utf8(of);
    if (of.returns_body)
        out += is_utf8 ? "Content-Type: message/global\r\n" : "Content-Type: message/rfc822\r\n";
    else
        out += is_utf8 ? "Content-Type: message/global-headers\r\n"
                       : "Content-Type: text/rfc822-headers\r\n";
    if (is_8bit(original))
        out += "Content-Transfer-Encoding: 8bit\r\n";
    out += "\r\n";
    out += original;
}

/// Not to be guessed and not in the original.
std::string boundary_for(const content& of) {
    auto seed = static_cast<std::uint64_t>(of.now_ns);
    for (;;) {
        const auto hash = XXH3_64bits_withSeed(of.unique.data(), of.unique.size(), seed);
        auto out = fmt::format("=_report_{:016x}", hash);
        if (of.original.find(out) == std::string_view::npos)
            return out;
        seed = hash;
    }
}

} // namespace

bool needs_utf8(const content& of) noexcept {
    return is_8bit(of.to) ||
           std::any_of(of.recipients.begin(), of.recipients.end(), [](const about_recipient& to) {
               return is_8bit(to.address) || is_8bit(to.original);
           });
}

std::string date_text(std::int64_t unix_ns) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = unix_ns / 1'000'000'000;
    std::tm at{};
    ::gmtime_r(&seconds, &at);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000",
                       days[static_cast<std::size_t>(at.tm_wday)], at.tm_mday,
                       months[static_cast<std::size_t>(at.tm_mon)], at.tm_year + 1900, at.tm_hour,
                       at.tm_min, at.tm_sec);
}

std::string compose(const content& of) {
    const auto boundary = boundary_for(of);
    std::string out;
    field(out, "From", fmt::format("Mail Delivery System <{}>", one_line(of.from)));
    field(out, "To", fmt::format("<{}>", one_line(of.to)));
    field(out, "Subject", subject_of(of.what));
    field(out, "Date", date_text(of.now_ns));
    field(out, "Message-ID", fmt::format("<{}@{}>", of.unique, of.hostname));
    field(out, "Auto-Submitted", "auto-replied"); // RFC 3834 s5
    field(out, "MIME-Version", "1.0");
    field(out, "Content-Type",
          fmt::format("multipart/report; report-type=delivery-status;\r\n boundary=\"{}\"",
                      boundary));
    const auto part = [&] { out += fmt::format("\r\n--{}\r\n", boundary); };
    part();
    people_part(out, of);
    part();
    status_part(out, of);
    part();
    original_part(out, of);
    out += fmt::format("\r\n--{}--\r\n", boundary);
    return out;
}

} // namespace waypost::kernel::transfer::report
