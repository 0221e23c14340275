// SPDX-License-Identifier: Apache-2.0
// Distinguished names, RFC 4514: one normal form, so that equal names are equal strings. The
// directory backends and the kernel's cache use the same one. Pure; a hostile name is refused,
// never misread.
//
// Normal form: attribute types in lower case, with their short names (cn, o, ou, dc, uid ...);
// values in lower case (ASCII), outer spaces off, inner runs of spaces one; values of one RDN
// sorted; no spaces around separators; every special character written as \xx. A comma in a
// normalised name therefore always separates two RDNs, which makes parent_dn and is_below plain
// string operations.
#pragma once

#include <waypost/ascii.hpp>
#include <waypost/result.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waypost {

/// Longest distinguished name accepted, in bytes.
inline constexpr std::size_t max_dn_size = 8192;

/// Type and value of one part of an RDN: the type as written, the value without escapes.
struct name_part {
    std::string type;
    std::string value;
    bool is_hex = false; ///< `#04024869`: value is the text after '#', BER in hexadecimal
};

namespace detail {

constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    const char low = ascii_lower(c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

constexpr bool is_dn_special(char c) noexcept {
    return c == ',' || c == '+' || c == '"' || c == '\\' || c == '<' || c == '>' || c == ';' ||
           c == '=';
}

inline void append_hex(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += '\\';
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

/// RFC 4514 s3 short names, for the long names and identifiers that are in use.
inline std::string_view short_type(std::string_view type) noexcept {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 20> names{{
        {"commonname", "cn"},
        {"2.5.4.3", "cn"},
        {"organizationname", "o"},
        {"2.5.4.10", "o"},
        {"organizationalunitname", "ou"},
        {"2.5.4.11", "ou"},
        {"domaincomponent", "dc"},
        {"0.9.2342.19200300.100.1.25", "dc"},
        {"userid", "uid"},
        {"0.9.2342.19200300.100.1.1", "uid"},
        {"countryname", "c"},
        {"2.5.4.6", "c"},
        {"localityname", "l"},
        {"2.5.4.7", "l"},
        {"stateorprovincename", "st"},
        {"2.5.4.8", "st"},
        {"streetaddress", "street"},
        {"2.5.4.9", "street"},
        {"surname", "sn"},
        {"2.5.4.4", "sn"},
    }};
    if (type.size() < 6)
        return type;
    for (const auto& [long_name, name] : names)
        if (type == long_name)
            return name;
    return type;
}

/// Reads one name from left to right. Single thread.
class dn_scanner {
public:
    explicit dn_scanner(std::string_view text) : text_(text) {}

    bool done() const noexcept { return at_ >= text_.size(); }

    /// One `type=value`; afterwards `separator()` tells what came behind it.
    result<name_part> part() {
        name_part out;
        skip_spaces();
        if (auto ok = type(out); !ok)
            return ok.failure();
        skip_spaces();
        if (auto ok = value(out); !ok)
            return ok.failure();
        skip_spaces();
        separator_ = 0;
        if (done())
            return out;
        separator_ = text_[at_++];
        if (separator_ == ';')
            separator_ = ','; // RFC 2253 s4
        if (separator_ != ',' && separator_ != '+')
            return bad("unexpected character");
        skip_spaces();
        if (done())
            return bad("a name is missing at the end");
        return out;
    }

    char separator() const noexcept { return separator_; }

private:
    error bad(std::string_view what) const {
        return {WP_INVALID, "invalid DN: " + std::string(what) + " at position " +
                                std::to_string(at_ + 1) + " of '" +
                                std::string(text_.substr(0, 120)) + "'"};
    }

    void skip_spaces() noexcept {
        while (at_ < text_.size() && text_[at_] == ' ')
            ++at_;
    }

    // RFC 4512 s1.4: descr or numericoid.
    result<void> type(name_part& out) {
        const auto start = at_;
        while (at_ < text_.size()) {
            const char low = ascii_lower(text_[at_]);
            const bool fine = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') ||
                              low == '-' || low == '.';
            if (!fine)
                break;
            ++at_;
        }
        auto name = text_.substr(start, at_ - start);
        if (name.size() > 4 && ascii_lower(name[0]) == 'o' && ascii_lower(name[1]) == 'i' &&
            ascii_lower(name[2]) == 'd' && name[3] == '.')
            name.remove_prefix(4); // RFC 2253 s4
        skip_spaces();
        if (name.empty() || name[0] == '-' || name[0] == '.' || done() || text_[at_] != '=')
            return bad("expected attribute=value");
        ++at_;
        out.type.assign(name);
        return {};
    }

    result<void> value(name_part& out) {
        if (!done() && text_[at_] == '#')
            return hex_string(out);
        if (!done() && text_[at_] == '"')
            return quoted(out);
        std::size_t keep = 0; // escaped spaces at the end stay
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ',' || c == '+' || c == ';')
                break;
            if (c == '"' || c == '<' || c == '>' || c == '\0')
                return bad("unescaped character");
            if (c == '\\') {
                if (auto ok = escape(out.value); !ok)
                    return ok;
                keep = out.value.size();
                continue;
            }
            out.value += c;
            ++at_;
            if (c != ' ')
                keep = out.value.size();
        }
        out.value.resize(keep);
        return {};
    }

    result<void> escape(std::string& value) {
        if (at_ + 1 >= text_.size())
            return bad("unfinished escape");
        const char next = text_[at_ + 1];
        const int high = hex_digit(next);
        if (high < 0) {
            if (!is_dn_special(next) && next != ' ' && next != '#')
                return bad("unknown escape");
            value += next;
            at_ += 2;
            return {};
        }
        const int low = at_ + 2 < text_.size() ? hex_digit(text_[at_ + 2]) : -1;
        if (low < 0)
            return bad("unfinished escape");
        value += static_cast<char>(high * 16 + low);
        at_ += 3;
        return {};
    }

    result<void> quoted(name_part& out) { // RFC 2253 s4
        for (++at_; at_ < text_.size() && text_[at_] != '"';) {
            if (text_[at_] == '\0')
                return bad("unescaped character");
            if (text_[at_] == '\\') {
                if (auto ok = escape(out.value); !ok)
                    return ok;
            } else {
                out.value += text_[at_++];
            }
        }
        if (done())
            return bad("unfinished quotation");
        ++at_;
        return {};
    }

    result<void> hex_string(name_part& out) {
        const auto start = ++at_;
        while (at_ < text_.size() && hex_digit(text_[at_]) >= 0)
            ++at_;
        if (at_ == start || (at_ - start) % 2 != 0)
            return bad("odd number of hexadecimal digits");
        out.value.assign(text_.substr(start, at_ - start));
        out.is_hex = true;
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    char separator_ = 0;
};

inline void append_lower(std::string& out, std::string_view text) {
    for (const char c : text)
        out += ascii_lower(c);
}

inline void append_value(std::string& out, const name_part& part) {
    if (part.is_hex) {
        out += '#';
        append_lower(out, part.value);
        return;
    }
    bool space = false;
    const auto start = out.size();
    for (const char c : part.value) {
        if (c == ' ') {
            space = out.size() > start;
            continue;
        }
        if (space)
            out += ' ';
        space = false;
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (is_dn_special(c) || control || (c == '#' && out.size() == start))
            append_hex(out, c);
        else
            out += ascii_lower(c);
    }
}

inline void append_part(std::string& out, const name_part& part) {
    std::string type;
    append_lower(type, part.type);
    out += short_type(type);
    out += '=';
    append_value(out, part);
}

} // namespace detail

/// The normal form of a name; the empty name (root) stays empty. Errors: WP_INVALID.
inline result<std::string> normalise_dn(std::string_view dn) {
    if (dn.size() > max_dn_size)
        return error{WP_INVALID, "invalid DN: longer than 8192 bytes"};
    std::string out;
    out.reserve(dn.size());
    const auto text = dn.find_first_not_of(' ') == std::string_view::npos ? std::string_view{} : dn;
    detail::dn_scanner scanner(text);
    std::vector<std::string> several;
    while (!scanner.done()) {
        auto part = scanner.part();
        if (!part)
            return part.failure();
        if (scanner.separator() != '+' && several.empty()) {
            detail::append_part(out, *part);
        } else {
            detail::append_part(several.emplace_back(), *part);
            if (scanner.separator() == '+')
                continue;
            std::sort(several.begin(), several.end());
            for (std::size_t i = 0; i < several.size(); ++i)
                (out += i ? "+" : "") += several[i];
            several.clear();
        }
        if (scanner.separator())
            out += ',';
    }
    if (out.size() > 3 * max_dn_size)
        return error{WP_INVALID, "invalid DN: too long"};
    return out;
}

/// The first RDN of a normalised name.
inline std::string_view first_rdn(std::string_view normalised) noexcept {
    return normalised.substr(0, normalised.find(','));
}

/// The parent of a normalised name; empty above the last RDN.
inline std::string_view parent_dn(std::string_view normalised) noexcept {
    const auto comma = normalised.find(',');
    return comma == std::string_view::npos ? std::string_view{} : normalised.substr(comma + 1);
}

/// Is `dn` below `base`, and not `base` itself? Both normalised. Everything is below the empty
/// name.
inline bool is_below(std::string_view dn, std::string_view base) noexcept {
    if (base.empty())
        return !dn.empty();
    return dn.size() > base.size() && dn.ends_with(base) && dn[dn.size() - base.size() - 1] == ',';
}

/// Is `dn` the `base` or below it (LDAP's subtree scope)? Both normalised.
inline bool is_within(std::string_view dn, std::string_view base) noexcept {
    return dn == base || is_below(dn, base);
}

/// Number of RDNs of a normalised name.
inline std::size_t dn_depth(std::string_view normalised) noexcept {
    if (normalised.empty())
        return 0;
    return 1 + static_cast<std::size_t>(std::count(normalised.begin(), normalised.end(), ','));
}

/// The parts of the first RDN of a name as written: types as they are, values without escapes.
inline result<std::vector<name_part>> rdn_parts(std::string_view dn) {
    std::vector<name_part> out;
    detail::dn_scanner scanner(dn);
    while (!scanner.done()) {
        auto part = scanner.part();
        if (!part)
            return part.failure();
        out.push_back(std::move(*part));
        if (scanner.separator() != '+')
            return out;
    }
    return out;
}

/// A value escaped for use in a name (RFC 4514 s2.4), case kept.
inline std::string escape_dn_value(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const bool edge = (c == ' ' && (i == 0 || i + 1 == value.size())) || (c == '#' && i == 0);
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (edge || control || detail::is_dn_special(c))
            detail::append_hex(out, c);
        else
            out += c;
    }
    return out;
}

} // namespace waypost
