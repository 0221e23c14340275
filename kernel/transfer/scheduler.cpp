// SPDX-License-Identifier: Apache-2.0
#include "transfer/scheduler.hpp"

#include "transfer/entry_change.hpp"

#include <algorithm>
#include <utility>

namespace waypost::kernel::transfer {

namespace {

constexpr std::size_t window_room = 100;
constexpr std::size_t timers_at_once = 256;
constexpr std::size_t launches_per_task = 16;
constexpr std::size_t ends_per_job = 10; // attempts whose group is still to come
constexpr auto pause_after_refusal = std::chrono::seconds(1);
constexpr auto longest_sleep = std::chrono::seconds(60); // the wall clock may be set meanwhile

} // namespace

bool scheduler::notes::empty() const noexcept {
    return rows.empty() && transmitted.empty() && ended.empty() && refused.empty() &&
           woken.empty() && timers_done.empty() && !wake;
}

// --- other threads ---

void scheduler::post(const std::function<void(notes&)>& write) {
    const std::lock_guard lock(inbox_mutex_);
    const bool was_empty = inbox_.empty();
    write(inbox_);
    if (was_empty)
        inbox_filled_.notify_one();
}

void scheduler::changed(std::vector<index_row> rows, std::int64_t timer_ns) {
    post([&](notes& into) {
        into.timer_ns = std::min(into.timer_ns, timer_ns);
        if (into.rows.empty())
            into.rows = std::move(rows);
        else
            std::move(rows.begin(), rows.end(), std::back_inserter(into.rows));
    });
}

void scheduler::transmitted(const attempt& work, transmission how) {
    post([&](notes& into) { into.transmitted.push_back({work.destination(), std::move(how)}); });
}

void scheduler::ended(const attempt& work) {
    post([&](notes& into) { into.ended.push_back({work.destination(), work.id()}); });
}

void scheduler::refused(attempt& work) {
    post([&](notes& into) { into.refused.push_back(&work); });
}

void scheduler::wake(std::string_view destination) {
    post([&](notes& into) {
        into.wake = true;
        if (!destination.empty())
            into.woken.emplace_back(destination);
    });
}

std::vector<destination_report> scheduler::report() const {
    std::vector<destination_report> out;
    const std::lock_guard lock(state_mutex_);
    for (const auto& [name, at] : states_)
        out.push_back(
            {name, at->active, at->limit(), at->failures(), at->rests_until_ns(), at->why()});
    return out;
}

void scheduler::start() {
    thread_ = std::thread([this] { run(); });
}

void scheduler::hold() {
    const std::lock_guard lock(state_mutex_);
    draining_ = true;
}

bool scheduler::drain(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(state_mutex_);
    draining_ = true;
    return idle_.wait_until(lock, deadline, [this] { return jobs_ == 0; });
}

void scheduler::stop() {
    if (!thread_.joinable())
        return;
    post([this](notes& into) { stopping_ = into.wake = true; });
    thread_.join();
}

/// The log took nothing to the end: what was delivered is delivered again after the next start.
scheduler::~scheduler() {
    stop();
    for (const auto* works : {&refused_, &inbox_.refused})
        for (auto* work : *works)
            delete work;
}

// --- the scheduler's thread ---

void scheduler::run() {
    {
        const std::lock_guard lock(state_mutex_);
        const auto now = unit_.settings.now();
        std::vector<std::pair<std::string, std::int64_t>> known;
        unit_.queue->destinations(
            [&](std::string_view name, std::int64_t when) { known.emplace_back(name, when); });
        for (auto& [name, when] : known)
            take_row({name, when, 0, {}}, now);
    }
    std::unique_lock inbox_lock(inbox_mutex_);
    while (!stopping_) {
        auto inbox = std::exchange(inbox_, {});
        inbox_lock.unlock();
        std::chrono::nanoseconds sleep;
        {
            const std::lock_guard lock(state_mutex_);
            const auto now = unit_.settings.now();
            read(inbox, now);
            ring(now);
            resubmit();
            check_timers(now);
            launch_ready();
            sleep = sleep_time(unit_.settings.now());
            if (jobs_ == 0)
                idle_.notify_all();
        }
        inbox_lock.lock();
        inbox_filled_.wait_for(inbox_lock, sleep, [this] { return !inbox_.empty(); });
    }
}

void scheduler::read(notes& inbox, std::int64_t now) {
    for (const auto& row : inbox.rows)
        take_row(row, now);
    for (auto& note : inbox.transmitted)
        take_transmitted(note, now);
    for (const auto& note : inbox.ended)
        take_ended(note, now);
    for (const auto id : inbox.timers_done)
        timers_under_way_.erase(id);
    if (!inbox.refused.empty()) {
        std::move(inbox.refused.begin(), inbox.refused.end(), std::back_inserter(refused_));
        not_before_ = std::chrono::steady_clock::now() + pause_after_refusal;
    }
    for (const auto& name : inbox.woken)
        if (const auto found = states_.find(name); found != states_.end()) {
            found->second->wake();
            consider(*found->second, now);
        }
    next_timer_ns_ = std::min(next_timer_ns_, inbox.timer_ns);
    if (inbox.wake || !inbox.timers_done.empty() || (timer_skipped_ && !inbox.ended.empty()))
        next_timer_ns_ = std::min(next_timer_ns_, now);
}

destination_state& scheduler::state_of(const std::string& name) {
    auto& at = states_[name];
    if (!at)
        at = std::make_unique<destination_state>(name, unit_.channels.is_local(channel_of(name)),
                                                 unit_.settings);
    return *at;
}

/// Id 0: some row of the destination, not a certain one.
void scheduler::take_row(const index_row& row, std::int64_t now) {
    if (row.when_ns == never)
        return;
    auto& at = state_of(row.destination);
    const auto running = at.under_way.find(row.id);
    if (running != at.under_way.end())
        running->second = true;
    if (row.when_ns > now)
        at.next_ns = std::min(at.next_ns, row.when_ns);
    else if (running != at.under_way.end())
        at.again = true;
    else if (row.id == 0 || at.more || at.window.size() >= window_room)
        at.more = true;
    else
        at.window.push_back(row.id);
    consider(at, now);
}

void scheduler::take_transmitted(transmitted_note& note, std::int64_t now) {
    auto& at = state_of(note.destination);
    --at.active;
    --active_;
    if (note.how.unreachable)
        at.unreachable(now, std::move(note.how.why));
    else if (note.how.remote)
        at.reached();
    consider(at, now);
}

void scheduler::take_ended(const ended_note& note, std::int64_t now) {
    --jobs_;
    if (const auto found = busy_.find(note.id); found != busy_.end() && --found->second == 0)
        busy_.erase(found);
    auto& at = state_of(note.destination);
    at.under_way.erase(note.id);
    at.more = std::exchange(at.again, false) || at.more;
    consider(at, now);
}

void scheduler::refill(destination_state& at, std::int64_t now) {
    const auto page = unit_.queue->due(at.name(), now, window_room + at.under_way.size());
    at.more = page.more;
    at.next_ns = page.next_ns;
    for (const auto id : page.ids)
        if (const auto running = at.under_way.find(id); running == at.under_way.end())
            at.window.push_back(id);
        else
            at.again = at.again || running->second;
}

void scheduler::consider(destination_state& at, std::int64_t now) {
    const bool has_work = !at.window.empty() || at.more || at.next_ns <= now;
    if (has_work && at.has_room() && !at.is_resting(now) && !at.is_listed) {
        at.is_listed = true;
        ready_.push_back(&at);
    }
    set_alarm(at, at.wakes_at(now));
    if (!at.is_listed && at.is_idle(now) && !alarm_of_.contains(&at))
        states_.erase(std::string(at.name()));
}

void scheduler::set_alarm(destination_state& at, std::int64_t when) {
    if (const auto old = alarm_of_.find(&at); old != alarm_of_.end()) {
        if (old->second == when)
            return;
        alarms_.erase({old->second, &at});
        alarm_of_.erase(old);
    }
    if (when == never)
        return;
    alarms_.emplace(when, &at);
    alarm_of_[&at] = when;
}

void scheduler::ring(std::int64_t now) {
    while (!alarms_.empty() && alarms_.begin()->first <= now) {
        auto& at = *alarms_.begin()->second;
        alarm_of_.erase(&at);
        alarms_.erase(alarms_.begin());
        if (at.next_ns <= now) {
            at.more = true;
            at.next_ns = never;
        }
        consider(at, now);
    }
}

/// Round and round: each destination gets one message a turn.
void scheduler::launch_ready() {
    if (draining_ || std::chrono::steady_clock::now() < not_before_)
        return;
    while (!ready_.empty() && active_ < unit_.settings.max_jobs &&
           jobs_ < unit_.settings.max_jobs * ends_per_job) {
        auto& at = *ready_.front();
        ready_.pop_front();
        at.is_listed = false;
        const auto now = unit_.settings.now();
        if (at.window.empty())
            refill(at, now);
        while (!at.window.empty() && at.under_way.contains(at.window.front())) {
            at.window.pop_front();
            at.again = true;
        }
        if (!at.window.empty() && at.has_room() && !at.is_resting(now)) {
            const auto id = at.window.front();
            at.window.pop_front();
            launch(at, id);
        }
        consider(at, now);
    }
    send_off();
}

/// Several attempts in one task: waking a worker costs more than looking a message up.
void scheduler::send_off() {
    for (std::size_t first = 0; first < launched_.size(); first += launches_per_task) {
        const auto last = std::min(first + launches_per_task, launched_.size());
        std::vector<attempt*> works(launched_.begin() + static_cast<std::ptrdiff_t>(first),
                                    launched_.begin() + static_cast<std::ptrdiff_t>(last));
        unit_.settings.run_on_worker([works = std::move(works)] {
            for (auto* work : works)
                work->run();
        });
    }
    launched_.clear();
}

void scheduler::launch(destination_state& at, log::message_id id) {
    at.under_way.emplace(id, false);
    ++at.active;
    ++jobs_;
    ++busy_[id];
    ++active_;
    launched_.push_back(new attempt(unit_, *this, at.name(), id));
}

void scheduler::check_timers(std::int64_t now) {
    if (draining_ || now < next_timer_ns_ || std::chrono::steady_clock::now() < not_before_)
        return;
    const auto room = timers_at_once + timers_under_way_.size();
    timer_skipped_ = false;
    for (const auto id : unit_.queue->timers(now, room, next_timer_ns_)) {
        timer_skipped_ = timer_skipped_ || busy_.contains(id);
        if (busy_.contains(id) || !timers_under_way_.insert(id).second)
            continue;
        entry_change::submit(
            unit_, id,
            [this](settlement& of) { return apply_timer(unit_, of, unit_.settings.now()); },
            [this, id](const result<void>&) {
                post([id](notes& into) { into.timers_done.push_back(id); });
            });
    }
}

void scheduler::resubmit() {
    if (refused_.empty() || std::chrono::steady_clock::now() < not_before_)
        return;
    for (auto* work : std::exchange(refused_, {}))
        work->submit();
}

std::chrono::nanoseconds scheduler::sleep_time(std::int64_t now) const {
    std::int64_t until = next_timer_ns_;
    if (!alarms_.empty())
        until = std::min(until, alarms_.begin()->first);
    auto sleep = std::chrono::nanoseconds(longest_sleep);
    if (until != never)
        sleep =
            std::clamp(std::chrono::nanoseconds(until - now), std::chrono::nanoseconds(0), sleep);
    const auto left = not_before_ - std::chrono::steady_clock::now();
    return left.count() > 0 ? left : sleep; // until then nothing is launched
}

} // namespace waypost::kernel::transfer
