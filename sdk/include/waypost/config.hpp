// SPDX-License-Identifier: Apache-2.0
// Typed read access to the configuration of an instance. Values are complete: what the operator did
// not set has its default, and everything was checked against the declared keys before create.
#pragma once

#include <waypost/abi/config.h>
#include <waypost/abi/host.h>
#include <waypost/result.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace waypost {

/// thread-safe. Texts are borrowed from one immutable set of values: copy what must outlive a
/// reconfigure.
class config_view {
public:
    config_view() = default;
    config_view(const wp_host_config* access, const wp_config* values)
        : access_(access), values_(values) {}
    config_view(const wp_host* host, const wp_config* values)
        : config_view(static_cast<const wp_host_config*>(host->service(host, WP_HOST_CONFIG)),
                      values) {}

    std::string_view text(const char* key) const {
        return ready() ? view(access_->text(values_, key)) : std::string_view{};
    }
    /// Absolute, or empty when it has no default and was not set.
    std::string path(const char* key) const { return std::string(text(key)); }
    std::int64_t integer(const char* key) const {
        return ready() ? access_->integer(values_, key) : 0;
    }
    bool boolean(const char* key) const { return integer(key) != 0; }
    std::chrono::nanoseconds duration(const char* key) const {
        return std::chrono::nanoseconds(integer(key));
    }
    /// Bytes.
    std::uint64_t size(const char* key) const {
        const auto bytes = integer(key);
        return bytes < 0 ? 0 : static_cast<std::uint64_t>(bytes);
    }
    std::vector<std::string_view> list(const char* key) const {
        std::vector<std::string_view> items;
        const auto count = ready() ? access_->list_size(values_, key) : 0;
        items.reserve(count);
        for (std::uint64_t i = 0; i < count; ++i)
            items.push_back(view(access_->list_item(values_, key, i)));
        return items;
    }

private:
    bool ready() const noexcept { return access_ != nullptr && values_ != nullptr; }

    const wp_host_config* access_ = nullptr;
    const wp_config* values_ = nullptr;
};

} // namespace waypost
