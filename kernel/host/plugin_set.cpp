// SPDX-License-Identifier: Apache-2.0
// Order of start, and the steps over all instances.
#include "host/plugin_set.hpp"

#include "host/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::kernel::host {
namespace {

/// What has to be there before what. A plugin of several kinds starts with the earliest.
constexpr std::string_view start_order[] = {"wp.resolver/", "wp.directory/", "wp.routes/",
                                            "wp.dns/",      "wp.store/",     "wp.filter/",
                                            "wp.channel/"};

std::size_t rank(const instance& one) {
    std::size_t best = std::size(start_order); // access plugins and others: last
    for (const auto* const* facet = one.plugin().provides; *facet != nullptr; ++facet)
        for (std::size_t i = 0; i < best; ++i)
            if (std::string_view(*facet).starts_with(start_order[i]))
                best = i;
    return best;
}

config::key_span declared_keys(const wp_plugin& plugin) {
    return {plugin.config, static_cast<std::size_t>(plugin.config_count)};
}

/// The kernel's part of a reload: what changed there, sorted by what can be done about it.
void sort_changes(std::vector<config::change> changes, reload_report& report) {
    for (auto& one : changes)
        (one.reloadable ? report.applied : report.needs_restart).push_back(std::move(one));
}

} // namespace

std::string load_report::describe() const {
    auto text = config::describe(problems);
    for (const auto& list : {required, optional})
        for (const auto& one : list)
            text += host::describe(one) + '\n';
    return text;
}

plugin_set::plugin_set(const service_registry& services, log_output& log)
    : services_(services), log_(log) {}

plugin_set::~plugin_set() {
    stop();
    while (!instances_.empty())
        instances_.pop_back();
}

void plugin_set::fail(const config::plugin_entry& entry, load_failure why, load_report& report) {
    absent_.push_back({entry.name, "failed", why});
    why.text +=
        fmt::format("; [plugins.{}] is at {}:{}", entry.name, settings_->file(), entry.at.line);
    log_.write(entry.required ? WP_LOG_ERROR : WP_LOG_WARNING, entry.name, host::describe(why));
    (entry.required ? report.required : report.optional).push_back(std::move(why));
}

void plugin_set::load_one(const config::plugin_entry& entry, load_report& report) {
    const auto path = find_plugin_file(*settings_, entry);
    if (!path) {
        fail(entry, {load_stage::file, entry.plugin, path.failure().text}, report);
        return;
    }
    auto loaded = load_plugin(*path, services_);
    if (!loaded) {
        fail(entry, std::move(loaded.failure), report);
        return;
    }
    auto checked = settings_->check_plugin(entry, declared_keys(*loaded.plugin));
    // A mistake in the file is a mistake, whether the plugin is required or not.
    report.problems.insert(report.problems.end(), checked.problems.begin(), checked.problems.end());
    if (!checked.values)
        return;
    values_[entry.name] = checked.values;
    instances_.push_back(
        std::make_unique<instance>(entry.name, *loaded.plugin, path->string(), services_, log_));
}

load_report plugin_set::load(std::shared_ptr<const config::settings> from) {
    settings_ = started_ = std::move(from);
    load_report report;
    for (const auto& entry : settings_->plugins()) {
        if (entry.enabled)
            load_one(entry, report);
        else
            absent_.push_back({entry.name, "disabled", {}});
    }
    std::stable_sort(instances_.begin(), instances_.end(), [](const auto& left, const auto& right) {
        return rank(*left) < rank(*right);
    });
    return report;
}

load_report plugin_set::for_each(load_stage stage, const step& what) {
    load_report report;
    std::vector<instance*> failed;
    for (const auto& one : instances_) {
        const auto done = what(*one);
        if (done)
            continue;
        failed.push_back(one.get());
        fail(*settings_->plugin(one->name()), {stage, one->path(), done.failure().text}, report);
    }
    std::erase_if(instances_, [&](const auto& one) {
        return std::find(failed.begin(), failed.end(), one.get()) != failed.end();
    });
    return report;
}

load_report plugin_set::create() {
    return for_each(load_stage::create,
                    [this](instance& one) { return one.create(values_.at(one.name())); });
}

load_report plugin_set::start(const std::function<void(instance&)>& ready) {
    return for_each(load_stage::start, [&](instance& one) {
        auto done = one.start();
        if (done && ready)
            ready(one);
        return done;
    });
}

bool plugin_set::check_next(const config::settings& next, reload_report& report,
                            std::vector<std::pair<instance*, instance::values>>& changed) const {
    for (const auto& one : instances_) {
        const auto* entry = next.plugin(one->name());
        if (entry == nullptr || !entry->enabled)
            continue;
        auto checked = next.check_plugin(*entry, declared_keys(one->plugin()));
        report.problems.insert(report.problems.end(), checked.problems.begin(),
                               checked.problems.end());
        if (!checked.values)
            continue;
        auto differences = config::diff("plugins." + one->name(), *one->current(), *checked.values);
        const bool all_reloadable =
            std::all_of(differences.begin(), differences.end(),
                        [](const auto& difference) { return difference.reloadable; });
        if (!differences.empty() && all_reloadable)
            changed.emplace_back(one.get(), checked.values);
        // One set of values is taken over as a whole: with a key that needs a restart, all of it
        // waits.
        for (auto& difference : differences)
            difference.reloadable = all_reloadable;
        sort_changes(std::move(differences), report);
    }
    return report.problems.empty();
}

reload_report plugin_set::reload(std::shared_ptr<const config::settings> next) {
    reload_report report;
    std::vector<std::pair<instance*, instance::values>> changed;
    for (auto& one : config::diff(*settings_, *next))
        if (one.reloadable)
            report.applied.push_back(std::move(one));
    for (auto& one : config::diff(*started_, *next))
        if (!one.reloadable)
            report.needs_restart.push_back(std::move(one));
    if (!check_next(*next, report, changed)) {
        report.applied.clear();
        report.needs_restart.clear();
        return report;
    }
    for (const auto& [one, values] : changed) {
        const auto done = one->reconfigure(values);
        if (done)
            continue;
        report.refused.push_back({load_stage::config, one->path(), done.failure().text});
        const auto prefix = "plugins." + one->name() + '.';
        std::erase_if(report.applied,
                      [&](const auto& change) { return change.key.starts_with(prefix); });
    }
    settings_ = std::move(next);
    return report;
}

std::vector<std::string> plugin_set::drain(instance::time_point deadline) {
    for (auto one = instances_.rbegin(); one != instances_.rend(); ++one)
        (*one)->begin_drain(deadline);
    std::vector<std::string> late;
    for (const auto& one : instances_)
        if (!one->wait_drained(deadline))
            late.push_back(one->name());
    return late;
}

void plugin_set::stop() {
    for (auto one = instances_.rbegin(); one != instances_.rend(); ++one)
        (*one)->stop();
}

instance* plugin_set::find(std::string_view name) const {
    for (const auto& one : instances_)
        if (one->name() == name)
            return one.get();
    return nullptr;
}

instance* plugin_set::first(std::string_view facet) const {
    for (const auto& one : instances_)
        if (one->provides(facet))
            return one.get();
    return nullptr;
}

std::vector<instance*> plugin_set::all(std::string_view facet) const {
    std::vector<instance*> out;
    for (const auto& one : instances_)
        if (one->provides(facet))
            out.push_back(one.get());
    return out;
}

std::vector<instance_status> plugin_set::status() const {
    std::vector<instance_status> out;
    for (const auto& one : instances_) {
        const auto& plugin = one->plugin();
        instance_status row{one->name(),
                            plugin.id,
                            plugin.version,
                            plugin.summary,
                            one->path(),
                            std::string(state_name(one->state())),
                            {},
                            one->faults(),
                            {}};
        for (const auto* const* facet = plugin.provides; *facet != nullptr; ++facet)
            row.provides.emplace_back(*facet);
        out.push_back(std::move(row));
    }
    for (const auto& one : absent_) {
        instance_status row;
        row.name = one.name;
        row.state = one.state;
        row.path = one.why.path;
        row.error = one.why.text;
        out.push_back(std::move(row));
    }
    return out;
}

} // namespace waypost::kernel::host
