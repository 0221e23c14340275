// SPDX-License-Identifier: Apache-2.0
// Mailbox names; see paths.hpp.
#include "paths.hpp"

namespace waypost::lmdb {
namespace {

bool is_inbox(std::string_view text) {
    if (text.size() != inbox.size())
        return false;
    for (std::size_t at = 0; at < text.size(); ++at)
        if ((text[at] & ~0x20) != inbox[at])
            return false;
    return true;
}

/// Octets of the UTF-8 character that starts here; 0: none does (RFC 3629, surrogates and long
/// forms refused).
std::size_t character(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = at(0);
    if (lead < 0x80)
        return 1;
    const std::size_t size = lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size)
        return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((at(i) & 0xc0) != 0x80)
            return 0;
    if (lead == 0xe0 && at(1) < 0xa0)
        return 0;
    if (lead == 0xed && at(1) > 0x9f)
        return 0;
    if (lead == 0xf0 && at(1) < 0x90)
        return 0;
    if (lead == 0xf4 && at(1) > 0x8f)
        return 0;
    return size;
}

bool well_formed(std::string_view path) {
    if (path.empty() || path.size() > path_limit || path.front() == '/' || path.back() == '/')
        return false;
    std::size_t levels = 1;
    for (std::size_t at = 0; at < path.size();) {
        const char c = path[at];
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '*' || c == '%')
            return false;
        if (c == '/' && path[at + 1] == '/')
            return false; // the last octet is no slash
        if (c == '/' && ++levels > level_limit)
            return false;
        const std::size_t size = character(path.substr(at));
        if (size == 0)
            return false;
        at += size;
    }
    return true;
}

} // namespace

std::optional<std::string> normal_path(std::string_view path) {
    if (!well_formed(path))
        return std::nullopt;
    const std::string_view top = path.substr(0, path.find('/'));
    std::string out(path);
    if (is_inbox(top))
        out.replace(0, inbox.size(), inbox);
    return out;
}

bool matches(std::string_view pattern, std::string_view path) {
    std::string normal(pattern);
    const std::string_view top = pattern.substr(0, pattern.find('/'));
    if (is_inbox(top))
        normal.replace(0, inbox.size(), inbox);
    // Greedy with one point to return to per kind; '*' outweighs '%', so the time is at most
    // quadratic.
    constexpr std::size_t none = std::string_view::npos;
    std::size_t p = 0, t = 0, star = none, star_at = 0, level = none, level_at = 0;
    while (t < path.size()) {
        if (p < normal.size() && normal[p] == '*') {
            star = p++;
            star_at = t;
            level = none;
        } else if (p < normal.size() && normal[p] == '%') {
            level = p++;
            level_at = t;
        } else if (p < normal.size() && normal[p] == path[t]) {
            ++p, ++t;
        } else if (level != none && path[level_at] != '/') {
            t = ++level_at;
            p = level + 1;
        } else if (star != none) {
            t = ++star_at;
            p = star + 1;
            level = none;
        } else {
            return false;
        }
    }
    while (p < normal.size() && (normal[p] == '*' || normal[p] == '%'))
        ++p;
    return p == normal.size();
}

bool is_below(std::string_view path, std::string_view parent) {
    return path.size() > parent.size() && path.starts_with(parent) && path[parent.size()] == '/';
}

} // namespace waypost::lmdb
