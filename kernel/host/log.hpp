// SPDX-License-Identifier: Apache-2.0
// The daemon's log: single lines with structured fields, as journald likes them. The one way to it
// for the kernel's parts and, through wp.host.log/1, for plugins.
//     <6>smtp: session ended peer=192.0.2.1:25 octets=123
#pragma once

#include <waypost/abi/host.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace waypost::kernel::host {

/// thread-safe.
class log_output {
public:
    /// Gets finished lines, without line break. [any thread]
    using line_function = std::function<void(std::int32_t level, const std::string& line)>;

    /// To standard error: with journald's level prefix when that is connected to the journal, else
    /// with the time.
    log_output();
    /// To a function, for tests and tools.
    explicit log_output(line_function to);
    ~log_output();
    log_output(const log_output&) = delete;
    log_output& operator=(const log_output&) = delete;

    /// WP_LOG_*; lines below are dropped.
    void set_level(std::int32_t level) noexcept;
    bool enabled(std::int32_t level) const noexcept;
    void write(std::int32_t level, std::string_view source, std::string_view text,
               std::span<const wp_pair> fields = {});

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// "info" -> WP_LOG_INFO; an unknown word is info.
std::int32_t log_level(std::string_view word) noexcept;
std::string_view log_level_name(std::int32_t level) noexcept;

/// One line; control characters are escaped, values with spaces quoted.
std::string format_line(std::string_view source, std::string_view text,
                        std::span<const wp_pair> fields);

} // namespace waypost::kernel::host
