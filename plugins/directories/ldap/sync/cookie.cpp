// SPDX-License-Identifier: Apache-2.0
#include "sync/cookie.hpp"

#include <charconv>

namespace waypost::ldap {
namespace {

constexpr std::string_view sync_mark = "syncrepl ";
constexpr std::string_view times_mark = "times ";

} // namespace

std::string cookie::encode() const {
    std::string out(by_times ? times_mark : sync_mark);
    for (const auto& part : parts)
        out += std::to_string(part.size()) + ":" + part;
    return out;
}

std::optional<cookie> decode_cookie(std::string_view text, std::size_t bases) {
    cookie out;
    out.by_times = text.starts_with(times_mark);
    if (!out.by_times && !text.starts_with(sync_mark))
        return std::nullopt;
    text.remove_prefix(out.by_times ? times_mark.size() : sync_mark.size());
    while (!text.empty()) {
        std::size_t size = 0;
        const auto* end = text.data() + text.size();
        const auto [at, failure] = std::from_chars(text.data(), end, size);
        if (failure != std::errc{} || at == end || *at != ':' ||
            size > static_cast<std::size_t>(end - at - 1))
            return std::nullopt;
        out.parts.emplace_back(at + 1, size);
        text = {at + 1 + size, static_cast<std::size_t>(end - at - 1) - size};
    }
    if (out.parts.size() != (out.by_times ? 1 : bases))
        return std::nullopt;
    return out;
}

} // namespace waypost::ldap
