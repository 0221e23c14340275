// SPDX-License-Identifier: Apache-2.0
// Log lines of a plugin instance: a text and structured fields, written by the host.
//     log.info("session ended", {{"peer", peer}, {"octets", std::to_string(n)}});
#pragma once

#include <waypost/abi/host.h>
#include <waypost/result.hpp>

#include <array>
#include <initializer_list>

namespace waypost {

/// One structured field; both sides are borrowed for the call.
struct field {
    std::string_view key;
    std::string_view value;
};

/// thread-safe; cheap to copy; silent when it was default-constructed.
class logger {
public:
    using fields = std::initializer_list<field>;

    logger() = default;
    explicit logger(const wp_host* host)
        : host_(host), log_(static_cast<const wp_host_log*>(host->service(host, WP_HOST_LOG))) {}

    /// False: spare the formatting.
    bool enabled(std::int32_t level) const noexcept {
        return log_ != nullptr && log_->enabled(host_, level) != 0;
    }
    void debug(std::string_view text, fields with = {}) const { write(WP_LOG_DEBUG, text, with); }
    void info(std::string_view text, fields with = {}) const { write(WP_LOG_INFO, text, with); }
    void notice(std::string_view text, fields with = {}) const { write(WP_LOG_NOTICE, text, with); }
    void warning(std::string_view text, fields with = {}) const {
        write(WP_LOG_WARNING, text, with);
    }
    void error(std::string_view text, fields with = {}) const { write(WP_LOG_ERROR, text, with); }
    /// A bug: counted against the instance.
    void fault(std::string_view text, fields with = {}) const { write(WP_LOG_FAULT, text, with); }

    /// Fields past the 16th are dropped.
    void write(std::int32_t level, std::string_view text, fields with) const noexcept {
        if (!enabled(level))
            return;
        std::array<wp_pair, 16> pairs;
        std::size_t count = 0;
        for (const auto& one : with) {
            if (count == pairs.size())
                break;
            pairs[count++] = {to_abi(one.key), to_abi(one.value)};
        }
        log_->write(host_, level, to_abi(text), pairs.data(), count);
    }

private:
    const wp_host* host_ = nullptr;
    const wp_host_log* log_ = nullptr;
};

} // namespace waypost
