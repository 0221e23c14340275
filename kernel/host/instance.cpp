// SPDX-License-Identifier: Apache-2.0
// Control calls: each checks the state, calls, reports what was slow or broken.
#include "host/instance.hpp"

#include "host/log.hpp"

#include <waypost/errors.hpp>

#include <fmt/format.h>

namespace waypost::kernel::host {
namespace {

constexpr std::chrono::seconds slow_call{1}; // what base.h grants a control call

using clock = std::chrono::steady_clock;

std::int64_t as_nanoseconds(clock::time_point when) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
}

} // namespace

std::string_view state_name(instance_state state) {
    constexpr std::string_view names[] = {"loaded", "created", "running", "draining", "stopped"};
    return names[static_cast<std::size_t>(state)];
}

instance::instance(std::string name, const wp_plugin& plugin, std::string path,
                   const service_registry& services, log_output& log)
    : context_(std::move(name), services, log), plugin_(plugin), path_(std::move(path)) {}

instance::~instance() {
    stop();
    if (void* self = self_.exchange(nullptr); self != nullptr)
        plugin_.destroy(self);
}

result<void> instance::outcome(const char* call, wp_status status, const wp_error& why,
                               time_point since) {
    if (const auto took = clock::now() - since; took > slow_call)
        context_.log.write(
            WP_LOG_WARNING, context_.name,
            fmt::format("{} took {} ms; a control call has one second", call,
                        std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
    if (status == WP_OK)
        return {};
    auto failure = from_error(status, &why);
    if (failure.text.empty())
        failure.text = fmt::format("{} failed with status {} and said nothing", call, status);
    if (status < 0 || status == WP_PENDING)
        report_fault(call, failure.text);
    return failure;
}

result<void> instance::create(values with) {
    const std::lock_guard lock(control_);
    if (self() != nullptr)
        return error{WP_INVALID, name() + " is created already"};
    {
        const std::lock_guard values_lock(values_mutex_);
        used_.push_back(with);
    }
    auto why = empty_error();
    void* made = nullptr;
    const auto since = clock::now();
    auto status = plugin_.create(&context_.host, to_abi(context_.name), with.get(), &made, &why);
    if (status == WP_OK && made == nullptr)
        status = fill_error(&why, WP_BUG, "create returned no object");
    auto done = outcome("create", status, why, since);
    if (done) {
        self_.store(made, std::memory_order_release);
        state_ = instance_state::created;
    }
    return done;
}

result<void> instance::start() {
    const std::lock_guard lock(control_);
    if (state() != instance_state::created)
        return error{WP_INVALID,
                     fmt::format("{} cannot start: it is {}", name(), state_name(state()))};
    auto why = empty_error();
    const auto since = clock::now();
    auto done = outcome("start", plugin_.start(self(), &why), why, since);
    if (done)
        state_ = instance_state::running;
    return done;
}

result<void> instance::reconfigure(values with) {
    const std::lock_guard lock(control_);
    if (!WP_HAS(&plugin_, reconfigure) || state() != instance_state::running)
        return error{WP_UNSUPPORTED,
                     name() + " takes no new configuration while it runs; restart the daemon"};
    auto why = empty_error();
    const auto since = clock::now();
    auto done = outcome("reconfigure", plugin_.reconfigure(self(), with.get(), &why), why, since);
    const std::lock_guard values_lock(values_mutex_);
    // Refused values are kept as well, under the ones in use: the plugin may have looked at them.
    used_.insert(done ? used_.end() : used_.begin(), std::move(with));
    return done;
}

void instance::drained(void* self, wp_status, const wp_error*) noexcept {
    auto& that = *static_cast<instance*>(self);
    const std::lock_guard lock(that.drain_mutex_);
    that.drain_open_ = false;
    that.drain_ended_.notify_all();
}

void instance::begin_drain(time_point deadline) {
    const std::lock_guard lock(control_);
    if (state() != instance_state::running)
        return;
    state_ = instance_state::draining;
    {
        const std::lock_guard drain_lock(drain_mutex_);
        drain_open_ = true;
    }
    const auto since = clock::now();
    const auto status = plugin_.drain(self(), as_nanoseconds(deadline), {&instance::drained, this});
    if (status == WP_PENDING)
        return;
    static_cast<void>(outcome("drain", status, empty_error(), since));
    drained(this, status, nullptr);
}

bool instance::wait_drained(time_point deadline) {
    std::unique_lock lock(drain_mutex_);
    return drain_ended_.wait_until(lock, deadline, [this] { return !drain_open_; });
}

void instance::stop() {
    const std::lock_guard lock(control_);
    if (self() == nullptr || state() == instance_state::stopped)
        return;
    const auto since = clock::now();
    plugin_.stop(self());
    static_cast<void>(outcome("stop", WP_OK, empty_error(), since));
    state_ = instance_state::stopped;
}

const void* instance::facet(const char* id) const {
    void* object = self();
    return object == nullptr ? nullptr : plugin_.facet(object, id);
}

void instance::report_fault(std::string_view call, std::string_view text) {
    ++context_.faults;
    context_.log.write(WP_LOG_FAULT, context_.name, fmt::format("{} is broken: {}", call, text));
}

instance::values instance::current() const {
    const std::lock_guard lock(values_mutex_);
    return used_.empty() ? nullptr : used_.back();
}

bool instance::provides(std::string_view facet) const noexcept {
    for (const auto* const* one = plugin_.provides; *one != nullptr; ++one)
        if (facet == *one)
            return true;
    return false;
}

} // namespace waypost::kernel::host
