// SPDX-License-Identifier: Apache-2.0
#include "directory/keys.hpp"

#include <openssl/sha.h>

#include <algorithm>

namespace waypost::kernel::directory {

namespace {

constexpr std::size_t kept_of_long_names = 400;

std::string reversed(std::string_view normalised) {
    std::string out;
    out.reserve(normalised.size());
    // A comma in a normalised name always separates two RDNs.
    while (!normalised.empty()) {
        const auto comma = normalised.rfind(',');
        const auto from = comma == std::string_view::npos ? 0 : comma + 1;
        if (!out.empty())
            out += ',';
        out += normalised.substr(from);
        normalised = normalised.substr(0, from == 0 ? 0 : comma);
    }
    return out;
}

} // namespace

std::string digest(std::string_view text) {
    unsigned char full[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), full);
    return std::string(reinterpret_cast<const char*>(full), 16);
}

std::string entry_key(std::string_view normalised) {
    auto out = reversed(normalised);
    if (out.size() <= max_entry_key)
        return out;
    const auto tail = digest(out);
    out.resize(kept_of_long_names);
    return out + tail;
}

std::string subtree_prefix(std::string_view normalised) {
    auto out = reversed(normalised);
    if (out.size() >= kept_of_long_names)
        out.resize(kept_of_long_names);
    else if (!out.empty())
        out += ',';
    return out;
}

std::string row_key(std::string_view name, std::int32_t priority, std::uint16_t order,
                    std::string_view owner) {
    std::string out(name);
    out += '\0';
    // Sign bit turned, most significant byte first: sorts as the number does.
    const auto rank = static_cast<std::uint32_t>(priority) ^ 0x80000000u;
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(rank >> shift & 0xff);
    out += static_cast<char>(order >> 8);
    out += static_cast<char>(order & 0xff);
    if (!owner.empty())
        out += digest(owner).substr(0, 8);
    return out;
}

std::string join(const std::vector<std::string_view>& items) {
    std::string out;
    for (const auto item : items) {
        if (!out.empty())
            out += '\n';
        out += item;
    }
    return out;
}

std::vector<std::string_view> split(std::string_view joined, char by) {
    std::vector<std::string_view> out;
    while (!joined.empty()) {
        const auto end = joined.find(by);
        if (end != 0)
            out.push_back(joined.substr(0, end));
        joined = end == std::string_view::npos ? std::string_view{} : joined.substr(end + 1);
    }
    return out;
}

} // namespace waypost::kernel::directory
