// SPDX-License-Identifier: Apache-2.0
#include "directory/search/filter.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace waypost::kernel::directory {
namespace {

error broken(std::string_view why) {
    return {WP_INVALID, "not a search filter: " + std::string(why)};
}

bool is_attribute(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        const char low = ascii_lower(c);
        return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == ';';
    });
}

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t out = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    return failure == std::errc() && end == text.data() + text.size() ? std::optional(out)
                                                                      : std::nullopt;
}

int order(std::string_view a, std::string_view b) {
    const auto x = number_in(a), y = number_in(b);
    if (x && y)
        return *x < *y ? -1 : *x > *y ? 1 : 0;
    return fold(a).compare(fold(b));
}

bool contains_in_order(std::string_view folded, const std::vector<std::string>& texts) {
    const auto& first = texts.front();
    const auto& last = texts.back();
    if (!folded.starts_with(first))
        return false;
    folded.remove_prefix(first.size());
    for (std::size_t i = 1; i + 1 < texts.size(); ++i) {
        const auto at = folded.find(texts[i]);
        if (at == std::string_view::npos)
            return false;
        folded.remove_prefix(at + texts[i].size());
    }
    return folded.ends_with(last);
}

} // namespace

class filter::parser {
public:
    explicit parser(std::string_view text) : rest_(text) {}

    result<filter> run() {
        filter out;
        if (auto read = one(out, 0); !read)
            return read.failure();
        return rest_.empty() ? result<filter>(std::move(out)) : broken("text after its end");
    }

private:
    /// RFC 4515 s3: "(" filtercomp ")"; the number of the part.
    result<std::size_t> one(filter& into, std::size_t depth) {
        if (depth > max_filter_depth || into.parts_.size() >= max_filter_parts)
            return broken("it is too deep or too long");
        if (!rest_.starts_with('('))
            return broken("a parenthesis is missing");
        rest_.remove_prefix(1);
        const auto number = into.parts_.size();
        into.parts_.emplace_back();
        auto read = rest_.starts_with('&')   ? list(into, number, kind::all_of, depth)
                    : rest_.starts_with('|') ? list(into, number, kind::any_of, depth)
                    : rest_.starts_with('!') ? list(into, number, kind::not_of, depth)
                                             : item(into.parts_[number]);
        if (!read)
            return read.failure();
        if (!rest_.starts_with(')'))
            return broken("a closing parenthesis is missing");
        rest_.remove_prefix(1);
        return number;
    }

    result<void> list(filter& into, std::size_t number, kind what, std::size_t depth) {
        rest_.remove_prefix(1);
        into.parts_[number].what = what;
        while (rest_.starts_with('(')) {
            const auto below = one(into, depth + 1);
            if (!below)
                return below.failure();
            into.parts_[number].below.push_back(*below);
        }
        const auto count = into.parts_[number].below.size();
        return what == kind::not_of && count != 1 ? broken("\"!\" takes one filter")
                                                  : result<void>();
    }

    result<void> item(part& into) {
        const auto end = rest_.find_first_of("=()");
        if (end == std::string_view::npos || rest_[end] != '=')
            return broken("an assertion has no \"=\"");
        auto name = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        into.what = kind::equal;
        if (name.ends_with('>') || name.ends_with('<') || name.ends_with('~')) {
            into.what = name.back() == '>'   ? kind::at_least
                        : name.back() == '<' ? kind::at_most
                                             : kind::equal;
            name.remove_suffix(1);
        }
        if (!is_attribute(name))
            return broken("an attribute has no good name");
        into.attribute = name;
        return value(into);
    }

    /// Up to the closing parenthesis; "\28" stands for "(".
    result<void> value(part& into) {
        into.texts.emplace_back();
        while (!rest_.empty() && rest_.front() != ')') {
            const char next = rest_.front();
            rest_.remove_prefix(1);
            if (next == '(' || next == '\0')
                return broken("a value has an octet that must be escaped");
            if (next == '*') {
                into.texts.emplace_back();
                continue;
            }
            if (next != '\\') {
                into.texts.back() += ascii_lower(next);
                continue;
            }
            const int high = rest_.empty() ? -1 : detail::hex_digit(rest_[0]);
            const int low = rest_.size() < 2 ? -1 : detail::hex_digit(rest_[1]);
            if (high < 0 || low < 0)
                return broken("an escape is not two hexadecimal digits");
            into.texts.back() += ascii_lower(static_cast<char>(high << 4 | low));
            rest_.remove_prefix(2);
        }
        if (into.texts.size() == 1)
            return {};
        if (into.what != kind::equal)
            return broken("a star in an order");
        const bool only_stars = std::all_of(into.texts.begin(), into.texts.end(),
                                            [](const auto& text) { return text.empty(); });
        into.what = only_stars ? kind::present : kind::contains;
        return {};
    }

    std::string_view rest_;
};

result<filter> filter::parse(std::string_view text) {
    if (text.size() > max_filter_size)
        return broken("it is too long");
    return parser(text).run();
}

bool filter::fits(const part& wanted, std::string_view value) {
    switch (wanted.what) {
    case kind::equal:
        return equal_folded(value, wanted.texts.front());
    case kind::contains:
        return contains_in_order(fold(value), wanted.texts);
    case kind::at_least:
        return order(value, wanted.texts.front()) >= 0;
    case kind::at_most:
        return order(value, wanted.texts.front()) <= 0;
    default:
        return true;
    }
}

bool filter::holds(std::size_t at, const entry_view& entry) const {
    const auto& one = parts_[at];
    const auto below = [&](std::size_t number) { return holds(number, entry); };
    if (one.what == kind::all_of)
        return std::all_of(one.below.begin(), one.below.end(), below);
    if (one.what == kind::any_of)
        return std::any_of(one.below.begin(), one.below.end(), below);
    if (one.what == kind::not_of)
        return !below(one.below.front());
    for (std::size_t i = 0; i < entry.attributes(); ++i) {
        if (!equal_folded(entry.name(i), one.attribute))
            continue;
        for (std::size_t v = 0; v < entry.values(i); ++v)
            if (fits(one, entry.value(i, v)))
                return true;
    }
    return false;
}

} // namespace waypost::kernel::directory
