// SPDX-License-Identifier: Apache-2.0
// Durations ("30s", "5m", "1h", "2d") and sizes ("64KiB", "10MiB", plain bytes) as the
// configuration writes them. Pure; nothing else reads units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::kernel::config {

/// Nanoseconds. Units ns, us, ms, s, m, h, d, w; parts add up ("1h30m"); "0" needs none.
std::optional<std::int64_t> parse_duration(std::string_view text);
/// Bytes. Units B, KiB, MiB, GiB, TiB; a plain number is bytes.
std::optional<std::int64_t> parse_size(std::string_view text);

/// The shortest exact spelling: "5m", not "300s".
std::string format_duration(std::int64_t nanoseconds);
std::string format_size(std::int64_t bytes);

} // namespace waypost::kernel::config
