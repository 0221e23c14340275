// SPDX-License-Identifier: Apache-2.0
// The channels and stores that the configuration enabled, by instance name. Filled before start,
// constant after.
#pragma once

#include <waypost/abi/draft/channel.h>
#include <waypost/abi/draft/store.h>

#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::transfer {

struct channel_ref {
    std::string name; // instance
    std::string kind; // plugin
    const wp_channel* facet = nullptr;
    void* self = nullptr;

    bool can_stage() const noexcept { return WP_HAS(facet, stage); }
};

struct store_ref {
    std::string name;
    const wp_store* facet = nullptr;
    void* self = nullptr;
};

/// Thread-safe once filled.
class channel_table {
public:
    void add(channel_ref channel) { channels_.push_back(std::move(channel)); }
    void add(store_ref store) { stores_.push_back(std::move(store)); }

    /// By instance name, else by the plugin's name; null when there is none.
    const channel_ref* find(std::string_view name) const noexcept {
        for (const auto& channel : channels_)
            if (channel.name == name)
                return &channel;
        for (const auto& channel : channels_)
            if (channel.kind == name)
                return &channel;
        return nullptr;
    }

    /// Delivers in the group of the log: its mail ends here.
    bool is_local(std::string_view name) const noexcept {
        const auto* channel = find(name);
        return channel != nullptr && channel->can_stage();
    }

    /// The store of an account: today the first one that is configured.
    const store_ref* store() const noexcept { return stores_.empty() ? nullptr : &stores_.front(); }

private:
    std::vector<channel_ref> channels_;
    std::vector<store_ref> stores_;
};

} // namespace waypost::kernel::transfer
