// SPDX-License-Identifier: Apache-2.0
// All plugin instances of the configuration: found, loaded, checked, started in the order in which
// they need each other (directories, routes, stores, channels, access), stopped in reverse.
//
//   load(settings) -> create() -> [kernel wires the facets] -> start() -> [reload]* -> drain() ->
//   stop()
#pragma once

#include "config/diff.hpp"
#include "host/instance.hpp"
#include "host/loader.hpp"

#include <functional>

namespace waypost::kernel::host {

/// What stands in the way of a start. Empty: go on.
struct load_report {
    std::vector<config::problem> problems; ///< of the configuration
    std::vector<load_failure> required;    ///< plugins that must work and do not
    std::vector<load_failure> optional;    ///< `required = false`: the daemon goes on without them
    bool ok() const noexcept { return problems.empty() && required.empty(); }
    /// One line each.
    std::string describe() const;
};

struct instance_status {
    std::string name;
    std::string id;
    std::string version;
    std::string summary;
    std::string path;
    std::string state; ///< "running"; "failed" and `error`; "disabled"
    std::vector<std::string> provides;
    std::uint64_t faults = 0;
    std::string error;
};

struct reload_report {
    std::vector<config::problem> problems; ///< not empty: nothing was changed
    std::vector<config::change> applied;
    std::vector<config::change> needs_restart;
    std::vector<load_failure> refused; ///< instances that did not take their new values
};

/// thread-safe for reading (find, first, each, status) once create() returned; the rest: one thread
/// at a time.
class plugin_set {
public:
    plugin_set(const service_registry& services, log_output& log);
    /// Stops and destroys in reverse order.
    ~plugin_set();
    plugin_set(const plugin_set&) = delete;
    plugin_set& operator=(const plugin_set&) = delete;

    /// Loads every enabled plugin and checks its section. Runs static constructors of plugins and
    /// nothing else.
    load_report load(std::shared_ptr<const config::settings> from);
    load_report create();
    /// `ready`: called after the start of each instance.
    load_report start(const std::function<void(instance&)>& ready = {});

    /// Checks everything first; then each instance with reloadable changes is reconfigured.
    reload_report reload(std::shared_ptr<const config::settings> next);

    /// All take no new work, in reverse order of start, and finish what runs. Names of those that
    /// did not.
    std::vector<std::string> drain(instance::time_point deadline);
    void stop();

    instance* find(std::string_view name) const;
    /// The first instance, in order of start, that provides the facet; null when none does.
    instance* first(std::string_view facet) const;
    std::vector<instance*> all(std::string_view facet) const;
    /// In order of start.
    const std::vector<std::unique_ptr<instance>>& instances() const noexcept { return instances_; }
    std::vector<instance_status> status() const;

private:
    struct absent {
        std::string name;
        std::string state;
        load_failure why;
    };
    using step = std::function<result<void>(instance&)>;
    void load_one(const config::plugin_entry& entry, load_report& report);
    load_report for_each(load_stage stage, const step& what);
    void fail(const config::plugin_entry& entry, load_failure why, load_report& report);
    bool check_next(const config::settings& next, reload_report& report,
                    std::vector<std::pair<instance*, instance::values>>& changed) const;

    const service_registry& services_;
    log_output& log_;
    std::shared_ptr<const config::settings>
        started_; ///< what waits for a restart differs from these
    std::shared_ptr<const config::settings> settings_;
    std::vector<std::unique_ptr<instance>> instances_;
    std::map<std::string, instance::values, std::less<>> values_; ///< checked, for create
    std::vector<absent> absent_;
};

/// Where a plugin's file is: a path as it is, a name in the folders of site.plugin_path.
result<std::filesystem::path> find_plugin_file(const config::settings& from,
                                               const config::plugin_entry& entry);

} // namespace waypost::kernel::host
