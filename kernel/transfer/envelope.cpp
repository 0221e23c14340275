// SPDX-License-Identifier: Apache-2.0
#include "transfer/envelope.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace waypost::kernel::transfer {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_plain(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != '%';
}

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty())
        return;
    out.append(name).append(": ");
    append_encoded(out, value);
    out.push_back('\n');
}

template <class Number>
void append_number(std::string& out, Number value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

template <class Number>
void append_number_line(std::string& out, std::string_view name, Number value) {
    out.append(name).append(": ");
    append_number(out, value);
    out.push_back('\n');
}

void append_part(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty())
        return;
    out.append(" ").append(name).append("=");
    append_encoded(out, value);
}

template <class Number>
void append_number_part(std::string& out, std::string_view name, Number value) {
    if (value == 0)
        return;
    out.append(" ").append(name).append("=");
    append_number(out, value);
}

void append_recipient(std::string& out, const recipient& to) {
    out.append("recipient: ");
    append_encoded(out, to.address);
    append_number_part(out, "key", to.key);
    if (to.original != to.address)
        append_part(out, "original", to.original);
    append_part(out, "orcpt", to.orcpt);
    append_number_part(out, "notify", to.notify);
    if (to.state != recipient_state::pending)
        append_part(out, "state", state_name(to.state));
    append_part(out, "channel", to.channel);
    append_part(out, "next-hop", to.next_hop);
    append_part(out, "account", to.account);
    append_part(out, "detail", to.detail);
    append_part(out, "errors-to", to.errors_to);
    append_number_part(out, "attempts", to.attempts);
    append_number_part(out, "next-try", to.next_try_ns);
    append_part(out, "error", to.last_error);
    append_part(out, "remote", to.last_remote);
    append_part(out, "reply", to.last_reply);
    append_number_part(out, "warned", to.warned ? 1 : 0);
    out.push_back('\n');
}

template <class Number>
bool read_number(std::string_view text, Number& out) noexcept {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
}

bool read_text(std::string_view encoded, std::string& out) {
    out.clear();
    return append_decoded(out, encoded);
}

bool read_state(std::string_view text, recipient_state& out) noexcept {
    for (const auto state : {recipient_state::pending, recipient_state::held,
                             recipient_state::handed, recipient_state::failed})
        if (state_name(state) == text) {
            out = state;
            return true;
        }
    return false;
}

bool read_part(std::string_view name, std::string_view value, recipient& to) {
    if (name == "key")
        return read_number(value, to.key);
    if (name == "original")
        return read_text(value, to.original);
    if (name == "orcpt")
        return read_text(value, to.orcpt);
    if (name == "notify")
        return read_number(value, to.notify);
    if (name == "state")
        return read_state(value, to.state);
    if (name == "channel")
        return read_text(value, to.channel);
    if (name == "next-hop")
        return read_text(value, to.next_hop);
    if (name == "account")
        return read_text(value, to.account);
    if (name == "detail")
        return read_text(value, to.detail);
    if (name == "errors-to")
        return read_text(value, to.errors_to);
    if (name == "attempts")
        return read_number(value, to.attempts);
    if (name == "next-try")
        return read_number(value, to.next_try_ns);
    if (name == "error")
        return read_text(value, to.last_error);
    if (name == "remote")
        return read_text(value, to.last_remote);
    if (name == "reply")
        return read_text(value, to.last_reply);
    if (name == "warned")
        to.warned = value == "1";
    return true;
}

std::string_view cut(std::string_view& rest, char at) {
    const auto end = rest.find(at);
    const auto head = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return head;
}

bool read_recipient(std::string_view value, recipient& to) {
    if (!read_text(cut(value, ' '), to.address))
        return false;
    while (!value.empty()) {
        auto part = cut(value, ' ');
        const auto name = cut(part, '=');
        if (!read_part(name, part, to))
            return false;
    }
    if (to.original.empty())
        to.original = to.address;
    return true;
}

bool read_line(std::string_view name, std::string_view value, envelope& into) {
    if (name == "recipient")
        return into.recipients.size() < max_envelope_recipients &&
               read_recipient(value, into.recipients.emplace_back());
    if (name == "sender")
        return read_text(value, into.sender);
    if (name == "envid")
        return read_text(value, into.envid);
    if (name == "flags")
        return read_number(value, into.flags);
    if (name == "received")
        return read_number(value, into.received_ns);
    if (name == "client-address")
        return read_text(value, into.client_address);
    if (name == "client-name")
        return read_text(value, into.client_name);
    if (name == "protocol")
        return read_text(value, into.protocol);
    if (name == "principal")
        return read_text(value, into.principal);
    if (name == "last-added-key")
        return read_number(value, into.last_added_key);
    if (name == "timer")
        return read_number(value, into.timer_ns);
    return true;
}

} // namespace

void append_encoded(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (is_plain(c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(hex_digits[byte >> 4U]);
        out.push_back(hex_digits[byte & 0xfU]);
    }
}

bool append_decoded(std::string& out, std::string_view encoded) {
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded[i] != '%') {
            out.push_back(encoded[i]);
            continue;
        }
        if (i + 2 >= encoded.size())
            return false;
        const int high = hex_value(encoded[i + 1]);
        const int low = hex_value(encoded[i + 2]);
        if (high < 0 || low < 0)
            return false;
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return true;
}

void encode(const envelope& from, std::string& out) {
    append_line(out, "sender", from.sender);
    append_line(out, "envid", from.envid);
    append_number_line(out, "flags", from.flags);
    append_number_line(out, "received", from.received_ns);
    append_line(out, "client-address", from.client_address);
    append_line(out, "client-name", from.client_name);
    append_line(out, "protocol", from.protocol);
    append_line(out, "principal", from.principal);
    if (from.last_added_key != 0)
        append_number_line(out, "last-added-key", from.last_added_key);
    if (from.timer_ns != 0)
        append_number_line(out, "timer", from.timer_ns);
    for (const auto& to : from.recipients)
        append_recipient(out, to);
}

result<envelope> decode(std::string_view text) {
    if (text.size() > max_envelope_bytes)
        return error(WP_INVALID, "envelope: larger than the limit");
    envelope out;
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        auto line = cut(text, '\n');
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos ||
            !read_line(line.substr(0, colon), line.substr(colon + 2), out))
            return error(WP_INVALID, "envelope: line " + std::to_string(number) + " is malformed");
    }
    return out;
}

std::string_view return_path(const envelope& of, const recipient& to) noexcept {
    return of.sender.empty() || to.errors_to.empty() ? std::string_view(of.sender)
                                                     : std::string_view(to.errors_to);
}

void lead(recipient& to, const routing::destination& place) {
    to.address = place.address;
    to.channel = place.channel;
    to.next_hop = place.next_hop;
    to.account = place.account;
    to.detail = place.detail;
    if (!place.errors_to.empty())
        to.errors_to = place.errors_to;
    to.quota_bytes = place.quota_bytes;
    to.quota_messages = place.quota_messages;
    if (place.channel == routing::hold_channel)
        to.state = recipient_state::held;
}

std::string_view state_name(recipient_state state) noexcept {
    switch (state) {
    case recipient_state::pending:
        return "pending";
    case recipient_state::held:
        return "held";
    case recipient_state::handed:
        return "handed";
    case recipient_state::failed:
        return "failed";
    }
    return "pending";
}

} // namespace waypost::kernel::transfer
