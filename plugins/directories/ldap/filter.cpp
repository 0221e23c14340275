// SPDX-License-Identifier: Apache-2.0
#include "filter.hpp"

namespace waypost::ldap {
namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("@.-_+=").find(c) != std::string_view::npos;
}

} // namespace

std::string escaped(std::string_view value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(value.size());
    for (const char c : value) {
        if (is_plain(c)) {
            out += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        out += '\\';
        out += digits[octet >> 4U];
        out += digits[octet & 15U];
    }
    return out;
}

std::string recipient_filter(std::string_view address) {
    const auto whole = escaped(address);
    const auto local = escaped(address.substr(0, address.rfind('@')));
    std::string out = "(|";
    for (const auto* attribute : {"mail", "mailAlternateAddress", "mailEquivalentAddress", "uid"})
        out += std::string("(") + attribute + "=" + whole + ")";
    return out + (local == whole ? ")" : "(uid=" + local + "))");
}

} // namespace waypost::ldap
