// SPDX-License-Identifier: Apache-2.0
// Packed entries; see entry.hpp. Layout: bytes normalised, bytes dn (empty: the same), bytes
// comment, then pairs of words. Numbers are LEB128; bytes are a size and the octets; a word's
// number is token*2+1 or size*2.
#include "tree/entry.hpp"

#include "tree/tokens.hpp"
#include "tree/values.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>
#include <cstring>

namespace waypost::ldif {
namespace {

void put_number(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

void put_bytes(std::string& out, std::string_view bytes) {
    put_number(out, bytes.size());
    out += bytes;
}

void put_word(std::string& out, std::string_view word, bool is_common) {
    const auto token = is_common ? token_of(word) : std::nullopt;
    if (token)
        return put_number(out, std::uint64_t{*token} * 2 + 1);
    put_number(out, word.size() * 2);
    out += word;
}

result<void> add_rdn_values(std::string_view dn, std::vector<named_value>& values) {
    auto parts = rdn_parts(dn);
    if (!parts)
        return parts.failure();
    for (auto& part : *parts) {
        if (part.is_hex)
            continue;
        const bool there = std::any_of(values.begin(), values.end(), [&](const named_value& one) {
            return equal_folded(one.name, part.type) && same_value(one.name, one.value, part.value);
        });
        if (!there)
            values.push_back({part.type, part.value});
    }
    return {};
}

} // namespace

std::uint64_t entry::cursor::number() noexcept {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(*data++);
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80)
            return value;
    }
}

std::string_view entry::cursor::bytes() noexcept {
    const auto size = number();
    const std::string_view out(data, size);
    data += size;
    return out;
}

std::string_view entry::cursor::word() noexcept {
    const auto tag = number();
    if (tag & 1)
        return word_of(static_cast<std::uint32_t>(tag >> 1));
    const std::string_view out(data, tag >> 1);
    data += out.size();
    return out;
}

result<entry> entry::make(std::string_view dn, std::string_view comment,
                          std::vector<named_value> values) {
    auto normalised = normalise_dn(dn);
    if (!normalised)
        return normalised.failure();
    if (normalised->empty())
        return error{WP_INVALID, "invalid DN: the empty name cannot be an entry"};
    if (auto ok = add_rdn_values(dn, values); !ok)
        return ok.failure();
    thread_local std::string packed;
    packed.clear();
    put_bytes(packed, *normalised);
    put_bytes(packed, dn == *normalised ? std::string_view{} : dn);
    put_bytes(packed, comment);
    for (const auto& [name, value] : values) {
        put_word(packed, name, true);
        put_word(packed, value, equal_folded(name, "objectclass"));
    }
    entry out;
    auto block = std::make_shared<char[]>(packed.size());
    std::memcpy(block.get(), packed.data(), packed.size());
    out.data_ = std::move(block);
    out.size_ = packed.size();
    return out;
}

std::string_view entry::normalised() const noexcept {
    return begin().bytes();
}

std::string_view entry::dn() const noexcept {
    auto at = begin();
    const auto normal = at.bytes();
    const auto written = at.bytes();
    return written.empty() ? normal : written;
}

std::string_view entry::comment() const noexcept {
    auto at = begin();
    at.bytes();
    at.bytes();
    return at.bytes();
}

entry::cursor entry::begin_values() const noexcept {
    auto at = begin();
    at.bytes();
    at.bytes();
    at.bytes();
    return at;
}

bool entry::same_content(const entry& other) const noexcept {
    const auto mine = begin_values();
    const auto theirs = other.begin_values();
    return dn() == other.dn() && std::equal(mine.data, mine.end, theirs.data, theirs.end);
}

std::vector<std::string_view> entry::values(std::string_view name) const {
    std::vector<std::string_view> out;
    each([&](std::string_view key, std::string_view value) {
        if (equal_folded(base_name(key), name))
            out.push_back(value);
    });
    return out;
}

std::vector<named_value> entry::all() const {
    std::vector<named_value> out;
    each([&](std::string_view name, std::string_view value) {
        out.push_back({std::string(name), std::string(value)});
    });
    return out;
}

std::string_view base_name(std::string_view description) noexcept {
    return description.substr(0, description.find(';'));
}

} // namespace waypost::ldif
