// SPDX-License-Identifier: Apache-2.0
// The log over spdlog, which no other file includes.
#include "host/log.hpp"

#include <waypost/result.hpp>

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <utility>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#pragma GCC diagnostic pop

namespace waypost::kernel::host {
namespace {

struct level_row {
    std::int32_t level;
    std::string_view name;
    std::string_view journal; ///< sd-daemon(3)
};
constexpr level_row levels[] = {
    {WP_LOG_FAULT, "fault", "<2>"},     {WP_LOG_ERROR, "error", "<3>"},
    {WP_LOG_WARNING, "warning", "<4>"}, {WP_LOG_NOTICE, "notice", "<5>"},
    {WP_LOG_INFO, "info", "<6>"},       {WP_LOG_DEBUG, "debug", "<7>"}};

const level_row& row_of(std::int32_t level) noexcept {
    for (const auto& row : levels)
        if (level >= row.level)
            return row;
    return levels[std::size(levels) - 1];
}

void append_escaped(std::string& out, std::string_view text, bool quoted) {
    constexpr std::string_view hex = "0123456789abcdef";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20U || octet == 0x7FU) {
            out += "\\x";
            out += hex[octet >> 4U];
            out += hex[octet & 15U];
        } else {
            if (quoted && (c == '"' || c == '\\'))
                out += '\\';
            out += c;
        }
    }
}

void append_value(std::string& out, std::string_view value) {
    const bool quoted = value.empty() || value.find_first_of(" \"=\\") != std::string_view::npos;
    if (quoted)
        out += '"';
    append_escaped(out, value, quoted);
    if (quoted)
        out += '"';
}

} // namespace

namespace {

/// Standard error, never waited for: whoever writes a line may be the committer, and a reader that
/// stalls must not stop the mail. What the reader is too slow for is counted and said. Thread-safe.
class line_writer {
public:
    explicit line_writer(bool journal) : journal_(journal), logger_("waypost", sink()) {
        logger_.set_level(spdlog::level::trace);
        logger_.set_pattern(journal ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %v");
    }

    void write(std::int32_t level, const std::string& line) {
        const std::lock_guard lock(mutex_);
        if (!has_room()) {
            ++dropped_;
            return;
        }
        if (const auto dropped = std::exchange(dropped_, 0); dropped != 0)
            put(WP_LOG_WARNING, "kernel: the reader of the log was too slow for " +
                                    std::to_string(dropped) + " lines; they are lost");
        put(level, line);
    }

private:
    static spdlog::sink_ptr sink() { return std::make_shared<spdlog::sinks::stderr_sink_st>(); }
    /// Of a pipe: for PIPE_BUF octets, which is more than nearly every line.
    static bool has_room() {
        pollfd at{STDERR_FILENO, POLLOUT, 0};
        return ::poll(&at, 1, 0) != 0;
    }
    void put(std::int32_t level, std::string_view line) {
        const auto& row = row_of(level);
        auto whole = journal_ ? std::string(row.journal) : std::string(row.name) + ' ';
        logger_.log(spdlog::level::info, spdlog::string_view_t(whole.append(line)));
    }

    const bool journal_;
    std::mutex mutex_;
    spdlog::logger logger_;
    std::uint64_t dropped_ = 0;
};

} // namespace

struct log_output::state {
    std::atomic<std::int32_t> level{WP_LOG_INFO};
    line_function to;
};

log_output::log_output() : state_(std::make_unique<state>()) {
    const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    state_->to = [to = std::make_shared<line_writer>(journal)](
                     std::int32_t level, const std::string& line) { to->write(level, line); };
}

log_output::log_output(line_function to) : state_(std::make_unique<state>()) {
    state_->to = std::move(to);
}
log_output::~log_output() = default;

void log_output::set_level(std::int32_t level) noexcept {
    state_->level.store(level, std::memory_order_relaxed);
}

bool log_output::enabled(std::int32_t level) const noexcept {
    return level >= state_->level.load(std::memory_order_relaxed);
}

void log_output::write(std::int32_t level, std::string_view source, std::string_view text,
                       std::span<const wp_pair> fields) {
    if (enabled(level))
        state_->to(level, format_line(source, text, fields));
}

std::int32_t log_level(std::string_view word) noexcept {
    for (const auto& row : levels)
        if (row.name == word)
            return row.level;
    return WP_LOG_INFO;
}

std::string_view log_level_name(std::int32_t level) noexcept {
    return row_of(level).name;
}

std::string format_line(std::string_view source, std::string_view text,
                        std::span<const wp_pair> fields) {
    std::string line;
    append_escaped(line, source, false);
    line += ": ";
    append_escaped(line, text, false);
    for (const auto& field : fields) {
        line += ' ';
        append_escaped(line, view(field.key), false);
        line += '=';
        append_value(line, view(field.value));
    }
    return line;
}

} // namespace waypost::kernel::host
