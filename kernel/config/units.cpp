// SPDX-License-Identifier: Apache-2.0
// Units of durations and sizes, by two tables, without overflow.
#include "config/units.hpp"

#include <charconv>
#include <span>

namespace waypost::kernel::config {
namespace {

struct unit {
    std::string_view name;
    std::int64_t factor;
};

constexpr std::int64_t second = 1'000'000'000;
// From large to small: formatting takes the first that divides.
constexpr unit durations[] = {
    {"w", 604'800 * second}, {"d", 86'400 * second}, {"h", 3'600 * second}, {"m", 60 * second},
    {"s", second},           {"ms", 1'000'000},      {"us", 1'000},         {"ns", 1}};
constexpr unit sizes[] = {{"TiB", std::int64_t{1} << 40U},
                          {"GiB", std::int64_t{1} << 30U},
                          {"MiB", std::int64_t{1} << 20U},
                          {"KiB", std::int64_t{1} << 10U},
                          {"B", 1}};

/// One number with its unit, taken off the front of `text`.
std::optional<std::int64_t> take_part(std::string_view& text, std::span<const unit> units) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || number < 0)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    const auto name = text.substr(0, text.find_first_of("0123456789"));
    text.remove_prefix(name.size());
    for (const auto& one : units) {
        std::int64_t product = 0;
        if (one.name == name && !__builtin_mul_overflow(number, one.factor, &product))
            return product;
    }
    return std::nullopt;
}

std::string format(std::int64_t value, std::span<const unit> units) {
    for (const auto& one : units)
        if (value != 0 && value % one.factor == 0)
            return std::to_string(value / one.factor) + std::string(one.name);
    return std::to_string(value);
}

std::optional<std::int64_t> plain_number(std::string_view text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size() ||
        number < 0)
        return std::nullopt;
    return number;
}

} // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
    if (text == "0")
        return 0;
    if (text.empty())
        return std::nullopt;
    std::int64_t sum = 0;
    while (!text.empty()) {
        const auto part = take_part(text, durations);
        if (!part || __builtin_add_overflow(sum, *part, &sum))
            return std::nullopt;
    }
    return sum;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
    if (const auto bytes = plain_number(text))
        return bytes;
    const auto size = text.empty() ? std::nullopt : take_part(text, sizes);
    return text.empty() ? size : std::nullopt;
}

std::string format_duration(std::int64_t nanoseconds) {
    return format(nanoseconds, durations);
}
std::string format_size(std::int64_t bytes) {
    return format(bytes, sizes);
}

} // namespace waypost::kernel::config
