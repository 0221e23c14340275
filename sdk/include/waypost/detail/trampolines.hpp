// SPDX-License-Identifier: Apache-2.0
// The C functions behind a plugin class: each is noexcept and turns what is thrown into WP_BUG.
#pragma once

#include <waypost/context.hpp>
#include <waypost/detail/descriptor.hpp>
#include <waypost/errors.hpp>

#include <concepts>
#include <memory>
#include <new>
#include <type_traits>

namespace waypost::detail {

template <class Plugin>
concept reconfigurable = requires(Plugin& plugin, config_view values) {
    { plugin.reconfigure(values) } -> std::same_as<result<void>>;
};

template <class Plugin>
concept drainable = requires(Plugin& plugin, std::chrono::steady_clock::time_point until,
                             wp_done done) {
    { plugin.drain(until, done) } -> std::same_as<wp_status>;
};

template <class Plugin>
concept plugin_class = std::constructible_from<Plugin, context> &&
    requires(Plugin& plugin, std::string_view id) {
    { plugin.start() } -> std::same_as<result<void>>;
    { plugin.stop() } -> std::same_as<void>;
    { plugin.facet(id) } -> std::convertible_to<const void*>;
};

/// The plugin object with the host's configuration functions before it: reconfigure is given
/// neither the host nor the context. Standard layout, so that the way back from the object is well
/// defined.
template <class Plugin>
struct slot {
    const wp_host* host;
    alignas(Plugin) std::byte object[sizeof(Plugin)];

    static slot& around(void* self) noexcept {
        return *reinterpret_cast<slot*>(static_cast<std::byte*>(self) - offsetof(slot, object));
    }
};

/// `self` of every call is the plugin object itself, so that a facet's functions get their own
/// class.
template <plugin_class Plugin>
struct trampolines {
    static Plugin& of(void* self) noexcept { return *static_cast<Plugin*>(self); }

    static wp_status create(const wp_host* host, wp_str instance, const wp_config* values,
                            void** self, wp_error* why) noexcept {
        return guard(why, [&] {
            auto made = std::make_unique<slot<Plugin>>();
            made->host = host;
            *self = new (made->object) Plugin(context{host, instance, values});
            static_cast<void>(made.release());
            return WP_OK;
        });
    }
    static wp_status start(void* self, wp_error* why) noexcept {
        return guard(why, [&] { return finish(of(self).start(), why); });
    }
    static wp_status drain(void* self, std::int64_t deadline_ns, wp_done done) noexcept {
        if constexpr (drainable<Plugin>) {
            using clock = std::chrono::steady_clock; // CLOCK_MONOTONIC
            const auto since =
                std::chrono::duration_cast<clock::duration>(std::chrono::nanoseconds(deadline_ns));
            return guard(nullptr, [&] { return of(self).drain(clock::time_point(since), done); });
        } else {
            return WP_OK;
        }
    }
    static void stop(void* self) noexcept { of(self).stop(); }
    static void destroy(void* self) noexcept {
        of(self).~Plugin();
        delete &slot<Plugin>::around(self);
    }

    static wp_status reconfigure(void* self, const wp_config* values, wp_error* why) noexcept {
        return guard(why, [&] {
            if constexpr (reconfigurable<Plugin>)
                return finish(
                    of(self).reconfigure(config_view{slot<Plugin>::around(self).host, values}),
                    why);
            else
                return WP_UNSUPPORTED;
        });
    }
    static const void* facet(void* self, const char* id) noexcept {
        const void* found = nullptr;
        const auto status = guard(nullptr, [&] {
            found = of(self).facet(std::string_view{id});
            return WP_OK;
        });
        return status == WP_OK ? found : nullptr;
    }
};

} // namespace waypost::detail
