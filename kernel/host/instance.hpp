// SPDX-License-Identifier: Apache-2.0
// One configured instance of a plugin: its lifecycle as C calls, its host, its values.
//   loaded -> created -> running -> draining -> stopped
#pragma once

#include "config/values.hpp"
#include "host/services.hpp"

#include <waypost/abi/plugin.h>
#include <waypost/result.hpp>

#include <chrono>
#include <condition_variable>
#include <memory>

namespace waypost::kernel::host {

enum class instance_state { loaded, created, running, draining, stopped };
std::string_view state_name(instance_state state);

/// thread-safe: control calls are serialised (they are the instance's control strand); facets are
/// read by any thread.
class instance {
public:
    using values = std::shared_ptr<const wp_config>;
    using time_point = std::chrono::steady_clock::time_point;

    instance(std::string name, const wp_plugin& plugin, std::string path,
             const service_registry& services, log_output& log);
    /// Stops and destroys what still lives.
    ~instance();
    instance(const instance&) = delete;
    instance& operator=(const instance&) = delete;

    result<void> create(values with);
    result<void> start();
    /// On failure the old values stay in use.
    result<void> reconfigure(values with);
    /// Asks it to take no new work and to finish what runs.
    void begin_drain(time_point deadline);
    /// Waits for that; false when the deadline came first.
    bool wait_drained(time_point deadline);
    void stop();

    /// The vtable of a facet, or null when it has none or is not created.
    const void* facet(const char* id) const;
    template <class T>
    const T* facet_as(const char* id) const {
        return static_cast<const T*>(facet(id));
    }
    /// First argument of a facet's functions.
    void* self() const noexcept { return self_.load(std::memory_order_acquire); }

    const std::string& name() const noexcept { return context_.name; }
    const std::string& path() const noexcept { return path_; }
    const wp_plugin& plugin() const noexcept { return plugin_; }
    const wp_host* host() const noexcept { return &context_.host; }
    instance_state state() const noexcept { return state_.load(std::memory_order_acquire); }
    std::uint64_t faults() const noexcept { return context_.faults.load(); }
    /// Counts and logs a call of the kernel into a facet that ended in WP_BUG.
    void report_fault(std::string_view call, std::string_view text);
    /// The values in use; null before create.
    values current() const;
    /// True when its descriptor names the facet.
    bool provides(std::string_view facet) const noexcept;

private:
    result<void> outcome(const char* call, wp_status status, const wp_error& why, time_point since);
    static void drained(void* self, wp_status status, const wp_error* why) noexcept;

    host_context context_;
    const wp_plugin& plugin_;
    const std::string path_;
    std::atomic<void*> self_{nullptr};
    std::atomic<instance_state> state_{instance_state::loaded};

    mutable std::mutex control_; // held through control calls: that is what serialises them
    mutable std::mutex values_mutex_;
    /// All that were ever in use: the plugin may still read texts of older ones. An operator
    /// reloads rarely.
    std::vector<values> used_;

    std::mutex drain_mutex_;
    std::condition_variable drain_ended_;
    bool drain_open_ = false; // begun and not completed
};

} // namespace waypost::kernel::host
