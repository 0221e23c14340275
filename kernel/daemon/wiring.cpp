// SPDX-License-Identifier: Apache-2.0
#include "daemon/wiring.hpp"

#include "daemon/control_sources.hpp"
#include "daemon/part_options.hpp"
#include "daemon/status_report.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace waypost::kernel::daemon {
namespace {

constexpr std::chrono::seconds first_read_patience{10};

result<void> verdict(const host::load_report& report) {
    return report.ok() ? result<void>() : error{WP_INVALID, report.describe()};
}

/// One line a key or an instance: what a reload did not change.
std::vector<std::string> notes_of(const host::reload_report& report) {
    std::vector<std::string> notes;
    for (const auto& change : report.needs_restart) {
        notes.push_back(config::describe(change));
    }
    for (const auto& refused : report.refused) {
        notes.push_back(host::describe(refused));
    }
    return notes;
}

} // namespace

std::string_view name_of(site_state state) noexcept {
    switch (state) {
    case site_state::starting:
        return "starting";
    case site_state::running:
        return "running";
    case site_state::draining:
        return "draining";
    case site_state::stopped:
        return "stopped";
    }
    return "unknown";
}

void add_kernel_services(host::service_registry& registry, host::listen_service& listen,
                         auth_service& logins, resolver_service& names, routes_service& tables) {
    host::add_basic_services(registry);
    listen.add_to(registry);
    logins.add_to(registry);
    names.add_to(registry);
    tables.add_to(registry);
    for (const auto& [id, vtable] : transfer::transfer_unit::services()) {
        registry.add(std::string(id), vtable);
    }
}

site::site(settings_pointer settings, helper::client& helper, host::log_output& log,
           delayed_call later)
    : settings_(std::move(settings)), helper_(helper), log_(log), later_(std::move(later)),
      listen_([&helper](std::string_view endpoint) { return helper.listen_tcp(endpoint); }),
      workers_(worker_options(*settings_),
               [&log](std::string_view instance, std::string_view what) {
                   log.write(WP_LOG_FAULT, instance, what);
               }),
      plugins_(registry_, log), domains_(*settings_, log) {}

site::~site() {
    stop(std::chrono::steady_clock::now());
}

// --- coming to life ---

result<void> site::start() {
    add_kernel_services(registry_, listen_, logins_, names_, tables_);
    for (const auto step : {&site::load_plugins, &site::open_directory, &site::open_logins,
                            &site::open_transfer, &site::start_plugins, &site::open_control}) {
        if (auto done = (this->*step)(); !done) {
            return done;
        }
    }
    state_ = site_state::running;
    return {};
}

/// Files, descriptors, configuration keys; then an instance of each section. Nothing runs yet.
result<void> site::load_plugins() {
    if (auto loaded = verdict(plugins_.load(settings_)); !loaded) {
        return loaded;
    }
    return verdict(plugins_.create());
}

/// The cache with the generators of its tables, and the router that reads them.
result<void> site::open_directory() {
    directory::cache_options with;
    with.folder = settings_->directory().text("cache");
    with.map_size = settings_->directory().size("cache_size");
    with.log = [this](std::int32_t level, std::string_view text) {
        log_.write(level, "directory", text);
    };
    with.changed = [this](const std::set<std::string>& names) { domains_.domains_changed(names); };
    for (auto* one : plugins_.all(WP_ROUTES)) {
        with.generators.push_back({one->name(), one->facet_as<wp_routes>(WP_ROUTES), one->self()});
    }
    auto opened = directory::cache::open(std::move(with));
    if (!opened) {
        return opened.failure();
    }
    cache_ = std::move(*opened);
    router_ = std::make_unique<routing::router>(*cache_, routing_settings(*settings_));
    directory_ = std::make_unique<directory_part>(*cache_, log_, sync_schedule(*settings_));
    return {};
}

/// Passwords, writes and look-ups at the backends; these are added as they start.
result<void> site::open_logins() {
    confirmer_ = std::make_unique<directory::confirmer>(*cache_, backends_,
                                                        worker("directory", host::lane::general));
    admin_ = std::make_unique<directory::admin>(*cache_, backends_, admin_options(*settings_));
    auto with = login_options(*settings_);
    with.run_on_worker = worker("logins", host::lane::authentication);
    with.after = [later = later_](std::int64_t delay_ns, std::function<void()> run) {
        later(std::chrono::nanoseconds(delay_ns), std::move(run));
    };
    with.log = [this](std::int32_t level, std::string_view text) {
        log_.write(level, "logins", text);
    };
    with.confirm = confirmer_.get();
    authenticator_ = std::make_unique<auth::authenticator>(*cache_, backends_, std::move(with));
    logins_.set(authenticator_.get());
    return domains_.open(*cache_, *admin_, names_, worker("domains", host::lane::general));
}

directory::worker_function site::worker(std::string_view part, host::lane lane) {
    return [this, part, lane](std::function<void()> task) {
        return static_cast<bool>(workers_.run(part, std::move(task), lane));
    };
}

/// The message log and the queue: recovered, and replayed to the stores, before anything may come
/// in.
result<void> site::open_transfer() {
    auto with = transfer_options(*settings_);
    with.run_on_worker = [this](const std::function<void()>& task) {
        if (auto taken = workers_.run("transfer", task); !taken) {
            task(); // too many wait: the scheduler itself slows down
        }
    };
    with.confirm = [this](std::string_view address, std::function<void(wp_status)> then) {
        confirmer_->confirm(address, std::move(then));
    };
    with.look_up = [this](std::string_view address) { return confirmer_->look_up(address); };
    if (domains_.asks_messages()) {
        with.define = [this](const std::string& domain, const std::string& client,
                             const std::string& sender, std::function<void(wp_status)> then) {
            return domains_.define(domain, client, sender, std::move(then));
        };
    }
    with.log = [this](std::int32_t level, std::string_view text, std::span<const wp_pair> fields) {
        log_.write(level, "transfer", text, fields);
    };
    transfer_ = std::make_unique<transfer::transfer_unit>(std::move(with), *router_);
    for (auto* one : plugins_.all(WP_CHANNEL)) {
        transfer_->add(transfer::channel_ref{one->name(), settings_->plugin(one->name())->plugin,
                                             one->facet_as<wp_channel>(WP_CHANNEL), one->self()});
    }
    for (auto* one : plugins_.all(WP_STORE)) {
        transfer_->add(
            transfer::store_ref{one->name(), one->facet_as<wp_store>(WP_STORE), one->self()});
    }
    for (auto* one : plugins_.all(WP_JOURNAL_CONSUMER)) {
        auto attached =
            transfer_->attach(one->name(), one->host(),
                              one->facet_as<wp_journal_consumer>(WP_JOURNAL_CONSUMER), one->self());
        if (!attached) {
            return attached;
        }
    }
    auto with_log = log_options(*settings_);
    with_log.report = [this](const error& why) { log_.write(WP_LOG_ERROR, "log", why.text); };
    return transfer_->open(std::move(with_log));
}

/// Directories first: the others start when the cache can answer. Sessions come in last, when all
/// is ready.
result<void> site::start_plugins() {
    transfer_->start();
    if (const auto resolvers = plugins_.all(WP_RESOLVER); !resolvers.empty()) {
        auto* one = resolvers.front();
        names_.set(one->facet_as<wp_resolver>(WP_RESOLVER), one->self());
    }
    std::size_t directories = plugins_.all(WP_DIRECTORY).size(); // that have not started yet
    bool waited = false;
    const auto ready = [&](host::instance& one) {
        if (one.provides(WP_DIRECTORY)) {
            --directories;
            if (auto connected = connect(one); !connected) {
                note(WP_LOG_ERROR, connected.failure().text);
            }
        } else if (!waited && directories == 0) {
            waited = true;
            if (!directory_->wait_complete(first_read_patience)) {
                note(WP_LOG_WARNING,
                     "a directory was not read yet; unknown recipients are answered 4xx meanwhile");
            }
        }
    };
    auto started = verdict(plugins_.start(ready));
    if (started) {
        for (auto* one : plugins_.all(WP_DNS)) {
            domains_.add(*one);
        }
        domains_.start();
        // Also now: rows from the configuration may be others than before the start.
        tables_.set(
            [this] {
                if (auto made = cache_->regenerate_site(); !made) {
                    log_.write(WP_LOG_WARNING, "directory", made.failure().text);
                }
            },
            worker("tables", host::lane::general));
        transfer_->start_deliveries();
    }
    return started;
}

result<void> site::connect(host::instance& directory) {
    auto known = backends_.add(directory.name(), directory.facet_as<wp_directory>(WP_DIRECTORY),
                               directory.self());
    return known ? directory_->connect(directory) : known;
}

result<void> site::open_control() {
    connect_calls();
    auto opened =
        control::server::open({settings_->site().text("control"), ::geteuid(), {}}, table_);
    if (!opened) {
        return opened.failure();
    }
    control_ = std::move(*opened);
    control_->start();
    return {};
}

/// What each control call reaches.
void site::connect_calls() {
    calls_.status = [this]() -> result<control::json> {
        control::json all{{"state", name_of(state_)},
                          {"since", as_time(since_)},
                          {"pid", ::getpid()},
                          {"hostname", settings()->hostname()},
                          {"reloads", reloads_.load()}};
        report_plugins(all, plugins_, *settings(), listen_);
        report_directory(all, *cache_);
        report_transfer(all, *transfer_);
        report_helper(all, helper_);
        return all;
    };
    calls_.plugins = [this](const control::row_sink& rows) {
        return list_plugins(plugins_, *settings(), rows);
    };
    calls_.synchronise = [this](const std::string& kind, const std::string& domain,
                                const control::row_sink& rows) {
        return synchronise(*directory_, *cache_, kind, domain, rows);
    };
    connect_entries(calls_, *admin_);
    delegation_ = std::make_unique<directory::delegation>(*cache_);
    table_.set_delegate_rules(rules_of(*delegation_, *admin_));
    connect_provisioning(calls_, domains_.maker(), domains_.tokens());
    connect_queue(calls_, *transfer_);
    connect_mailboxes(calls_, *transfer_);
    connect_route(calls_, *router_, *cache_);
    control::add_all(table_, calls_);
}

// --- while it runs ---

result<std::vector<std::string>> site::reload() {
    const auto loaded = config::load_file(settings()->file());
    if (!loaded.value) {
        return error{WP_INVALID, config::describe(loaded.problems)};
    }
    const auto report = plugins_.reload(loaded.value);
    if (!report.problems.empty()) {
        return error{WP_INVALID, config::describe(report.problems)};
    }
    std::atomic_store(&settings_, loaded.value);
    log_.set_level(host::log_level(loaded.value->site().text("log_level")));
    ++reloads_;
    return notes_of(report);
}

// --- and the way back ---

std::vector<std::string> site::stop(std::chrono::steady_clock::time_point deadline) {
    if (state_.exchange(site_state::draining) == site_state::stopped) {
        state_ = site_state::stopped;
        return {};
    }
    if (directory_) {
        directory_->close_feeds();
    }
    if (transfer_) {
        transfer_->hold_deliveries();
    }
    domains_.stop();
    auto late = plugins_.drain(deadline);
    if (transfer_ && !transfer_->drain(deadline)) {
        late.emplace_back("transfer");
    }
    if (directory_) {
        directory_->stop();
    }
    plugins_.stop();
    workers_.stop();
    logins_.set(nullptr);
    if (transfer_) {
        transfer_->stop();
    }
    state_ = site_state::stopped;
    if (control_) {
        control_->stop(); // last: whoever asked for the stop sees its end
    }
    return late;
}

} // namespace waypost::kernel::daemon
