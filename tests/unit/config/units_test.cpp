// SPDX-License-Identifier: Apache-2.0
// Durations, sizes and nearest names, by tables.
#include "config/nearest.hpp"
#include "config/units.hpp"

#include <gtest/gtest.h>

namespace waypost::kernel::config {
namespace {

struct reading {
    std::string_view text;
    std::optional<std::int64_t> expected;
};

TEST(units, durations_are_read_as_nanoseconds) {
    constexpr std::int64_t second = 1'000'000'000;
    const reading table[] = {{"30s", 30 * second},
                             {"5m", 300 * second},
                             {"1h", 3600 * second},
                             {"2d", 172800 * second},
                             {"1w", 604800 * second},
                             {"1h30m", 5400 * second},
                             {"250ms", second / 4},
                             {"0", 0},
                             {"0s", 0},
                             {"", std::nullopt},
                             {"5", std::nullopt},
                             {"m", std::nullopt},
                             {"-5m", std::nullopt},
                             {"5 m", std::nullopt},
                             {"5M", std::nullopt},
                             {"1.5h", std::nullopt},
                             {"99999999999999999d", std::nullopt},
                             {"106751d106751d", std::nullopt},
                             {"5m ", std::nullopt}};
    for (const auto& one : table)
        EXPECT_EQ(parse_duration(one.text), one.expected) << one.text;
}

TEST(units, sizes_are_read_as_octets) {
    const reading table[] = {{"64KiB", 65536},
                             {"10MiB", 10485760},
                             {"1GiB", 1073741824},
                             {"17", 17},
                             {"17B", 17},
                             {"0", 0},
                             {"", std::nullopt},
                             {"64KB", std::nullopt},
                             {"64kib", std::nullopt},
                             {"KiB", std::nullopt},
                             {"-1", std::nullopt},
                             {"1MiB1", std::nullopt},
                             {"9999999999999TiB", std::nullopt}};
    for (const auto& one : table)
        EXPECT_EQ(parse_size(one.text), one.expected) << one.text;
}

TEST(units, what_is_formatted_reads_back) {
    for (const std::int64_t number :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{1024}, std::int64_t{300'000'000'000},
          std::int64_t{5} << 20U, INT64_MAX}) {
        EXPECT_EQ(parse_duration(format_duration(number)), number);
        EXPECT_EQ(parse_size(format_size(number)), number);
    }
    EXPECT_EQ(format_duration(300'000'000'000), "5m");
    EXPECT_EQ(format_size(52428800), "50MiB");
}

TEST(nearest, finds_the_name_that_was_meant) {
    const std::vector<std::string> names{"hostname", "state", "user", "group"};
    EXPECT_EQ(nearest("hostnam", names), "hostname");
    EXPECT_EQ(nearest("hsotname", names), "hostname");
    EXPECT_EQ(nearest("sate", names), "state");
    EXPECT_EQ(nearest("colour", names), "");
    EXPECT_EQ(nearest("", names), "");
    EXPECT_EQ(nearest(std::string(100'000, 'x'), names), "");
}

} // namespace
} // namespace waypost::kernel::config
