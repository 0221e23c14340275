// SPDX-License-Identifier: Apache-2.0
#include "parse/rdata.hpp"

#include <arpa/inet.h>

#include <array>
#include <utility>

namespace waypost::unbound {

namespace {

enum type : std::uint16_t {
    type_a = 1,
    type_ns = 2,
    type_cname = 5,
    type_soa = 6,
    type_ptr = 12,
    type_mx = 15,
    type_txt = 16,
    type_aaaa = 28,
    type_srv = 33,
    type_ds = 43,
    type_tlsa = 52,
    type_caa = 257
};

constexpr std::array known_types{std::pair{std::string_view("A"), type_a},
                                 std::pair{std::string_view("NS"), type_ns},
                                 std::pair{std::string_view("CNAME"), type_cname},
                                 std::pair{std::string_view("SOA"), type_soa},
                                 std::pair{std::string_view("PTR"), type_ptr},
                                 std::pair{std::string_view("MX"), type_mx},
                                 std::pair{std::string_view("TXT"), type_txt},
                                 std::pair{std::string_view("AAAA"), type_aaaa},
                                 std::pair{std::string_view("SRV"), type_srv},
                                 std::pair{std::string_view("DS"), type_ds},
                                 std::pair{std::string_view("TLSA"), type_tlsa},
                                 std::pair{std::string_view("CAA"), type_caa}};

constexpr std::size_t max_name = 255; // RFC 1035 s2.3.4
constexpr std::size_t max_label = 63;

/// Takes octets from the front; once something is missing, everything is.
class reader {
public:
    explicit reader(std::string_view from) : rest_(from) {}

    std::uint64_t number(std::size_t octets) {
        std::uint64_t out = 0;
        for (const char c : take(octets))
            out = out << 8U | static_cast<unsigned char>(c);
        return out;
    }
    std::string_view take(std::size_t octets) {
        if (octets > rest_.size()) {
            ok_ = false;
            return {};
        }
        const auto out = rest_.substr(0, octets);
        rest_.remove_prefix(octets);
        return out;
    }
    std::string_view all() { return take(rest_.size()); }
    std::string name();
    bool is_empty() const noexcept { return rest_.empty(); }
    bool ended() const noexcept { return ok_ && rest_.empty(); }
    bool is_ok() const noexcept { return ok_; }

private:
    std::string_view rest_;
    bool ok_ = true;
};

/// Octets outside of what a zone file has bare as \DDD, its special ones behind a backslash.
void append_octet(std::string& out, char c, std::string_view special) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet > 0x7e) {
        out += '\\';
        out += static_cast<char>('0' + octet / 100);
        out += static_cast<char>('0' + octet / 10 % 10);
        out += static_cast<char>('0' + octet % 10);
        return;
    }
    if (special.find(c) != std::string_view::npos)
        out += '\\';
    out += c;
}

std::string reader::name() {
    std::string out;
    std::size_t size = 0;
    for (;;) {
        const auto length = static_cast<std::size_t>(number(1));
        size += length + 1;
        if (!ok_ || length > max_label || size > max_name) {
            ok_ = false;
            return {};
        }
        if (length == 0)
            return out.empty() ? "." : out;
        for (const char c : take(length))
            append_octet(out, c, ".\\\"; @$()");
        out += '.';
    }
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text)
        append_octet(out, c, "\"\\");
    return out += '"';
}

std::string hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : octets) {
        out += digits[static_cast<unsigned char>(c) >> 4U];
        out += digits[static_cast<unsigned char>(c) & 0xfU];
    }
    return out;
}

std::string numbers(reader& in, std::initializer_list<std::size_t> sizes) {
    std::string out;
    for (const auto size : sizes)
        out += std::to_string(in.number(size)) + ' ';
    return out;
}

std::string address(int family, std::string_view octets) {
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(family, octets.data(), text, sizeof text);
    return text;
}

std::string strings(reader& in) {
    std::string out;
    do {
        out += out.empty() ? "" : " ";
        out += quoted(in.take(static_cast<std::size_t>(in.number(1))));
    } while (in.is_ok() && !in.is_empty());
    return out;
}

/// One behind the other: operands of + are read in any order.
template <class Read>
std::string then(const std::string& first, Read read) {
    return first + read();
}

std::string describe(std::uint16_t type, reader& in, std::size_t size) {
    switch (type) {
    case type_a:
        return size == 4 ? address(AF_INET, in.all()) : std::string();
    case type_aaaa:
        return size == 16 ? address(AF_INET6, in.all()) : std::string();
    case type_ns:
    case type_cname:
    case type_ptr:
        return in.name();
    case type_mx:
        return then(numbers(in, {2}), [&] { return in.name(); });
    case type_srv:
        return then(numbers(in, {2, 2, 2}), [&] { return in.name(); });
    case type_soa: {
        auto out = in.name() + ' ';
        out += in.name() + ' ';
        out += numbers(in, {4, 4, 4, 4, 4});
        out.pop_back();
        return out;
    }
    case type_txt:
        return strings(in);
    case type_tlsa:
        return then(numbers(in, {1, 1, 1}), [&] { return hex(in.all()); });
    case type_ds:
        return then(numbers(in, {2, 1, 1}), [&] { return hex(in.all()); });
    case type_caa: {
        auto out = numbers(in, {1});
        for (const char c : in.take(static_cast<std::size_t>(in.number(1))))
            append_octet(out, c, " \"\\");
        out += ' ';
        return out + quoted(in.all());
    }
    default:
        return "\\# " + std::to_string(size) + (size == 0 ? "" : " ") + hex(in.all());
    }
}

} // namespace

std::optional<std::uint16_t> type_number(std::string_view name) noexcept {
    for (const auto& [known, number] : known_types)
        if (known == name)
            return number;
    return std::nullopt;
}

std::optional<std::string> to_text(std::uint16_t type, std::string_view rdata) {
    reader in(rdata);
    auto out = describe(type, in, rdata.size());
    if (!in.ended() || out.empty())
        return std::nullopt;
    return out;
}

std::optional<std::string> name_text(std::string_view wire) {
    reader in(wire);
    auto out = in.name();
    return in.ended() ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace waypost::unbound
