// SPDX-License-Identifier: Apache-2.0
#include "sync/stream.hpp"

#include <waypost/dn.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace waypost::ldap {
namespace {

constexpr auto reconnect_after = std::chrono::milliseconds(500);
constexpr std::size_t most_recent = 4096; // pushed changes that writers may still ask for

std::string normal(std::string_view dn) {
    auto out = normalise_dn(dn);
    return out ? *std::move(out) : std::string(dn);
}

} // namespace

stream::stream(servers& of, const settings& with, logger log)
    : servers_(of), settings_(with), log_(log) {}

void stream::start(const wp_feed& into, std::optional<cookie> from) {
    feed_ = &into;
    from_ = std::move(from);
    wakeup_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wakeup_ < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
    thread_ = std::thread([this] { run(); });
}

void stream::wake() noexcept {
    interrupted_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wakeup_, &one, sizeof one);
}

void stream::stop() {
    if (!thread_.joinable())
        return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake();
    moved_.notify_all();
    thread_.join();
    ::close(wakeup_);
}

result<void> stream::resync() {
    std::unique_lock lock(mutex_);
    const auto mine = ++resyncs_wanted_;
    wake();
    moved_.wait(lock, [&] { return stopping_ || resyncs_done_ >= mine; });
    if (resyncs_done_ < mine)
        return error{WP_STOPPING, "the daemon is stopping"};
    return resync_outcome_;
}

void stream::finish_resync(const result<void>& outcome) {
    const std::lock_guard lock(mutex_);
    resyncs_done_ = resyncs_wanted_;
    resync_outcome_ = outcome;
    moved_.notify_all();
}

// --- the thread ---

void stream::run() {
    std::string last_told;
    while (!stopping_) {
        auto ended = follow();
        {
            const std::lock_guard lock(mutex_);
            live_ = false;
        }
        moved_.notify_all();
        feed_->live(feed_->ctx, 0);
        if (ended || stopping_ || ended.failure().status == WP_CONFLICT)
            continue;
        // The same trouble every half second is one line.
        if (ended.failure().text != last_told)
            log_.warning(ended.failure().text);
        last_told = ended.failure().text;
        if (!pause())
            return;
    }
}

result<void> stream::follow() {
    std::uint64_t wanted = 0;
    {
        const std::lock_guard lock(mutex_);
        std::uint64_t wakes = 0;
        [[maybe_unused]] const auto taken = ::read(wakeup_, &wakes, sizeof wakes);
        wanted = resyncs_wanted_;
        if (wanted != resyncs_done_)
            from_.reset();
        interrupted_ = stopping_.load();
    }
    const auto answer_resync = [&](const result<void>& outcome) {
        if (wanted > 0)
            finish_resync(outcome);
    };
    auto made = servers_.open(identity::service);
    if (!made) {
        answer_resync(made.failure());
        return made.failure();
    }
    sync_session session(*std::move(made), settings_, stopping_);
    auto fresh = refreshed(session);
    answer_resync(fresh);
    if (!fresh)
        return fresh;
    from_ = session.position();
    {
        const std::lock_guard lock(mutex_);
        live_ = true;
    }
    feed_->live(feed_->ctx, 1);
    log_.info("changes of " + session.server() + " are followed");
    for (;;) {
        auto drained = session.drain(*feed_, [this](auto pushed) { note(std::move(pushed)); });
        from_ = session.position();
        if (!drained)
            return drained;
        const auto why = wait_for_server(session.socket(), session.patience());
        if (why == woken::by_us)
            return {};
        if (why == woken::by_time)
            if (auto asked = session.prove_alive(); !asked)
                return asked;
    }
}

result<void> stream::refreshed(sync_session& session) {
    auto out = session.refresh(*feed_, sync_mode::refresh_and_persist, from_);
    if (out || out.failure().status != WP_CONFLICT)
        return out;
    log_.info("the directory is read in full: " + out.failure().text);
    from_.reset();
    return out;
}

stream::woken stream::wait_for_server(int socket, std::chrono::milliseconds patience) {
    const auto until = clock::now() + patience;
    pollfd both[2] = {{socket, POLLIN, 0}, {wakeup_, POLLIN, 0}};
    while (!interrupted_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
        if (left.count() <= 0)
            return woken::by_time;
        if (::poll(both, 2, static_cast<int>(left.count())) < 0 && errno != EINTR)
            return woken::by_us;
        if (both[0].revents != 0)
            return interrupted_ ? woken::by_us : woken::by_server;
    }
    return woken::by_us;
}

bool stream::pause() {
    std::unique_lock lock(mutex_);
    moved_.wait_for(lock, reconnect_after,
                    [&] { return stopping_ || resyncs_wanted_ != resyncs_done_; });
    return !stopping_;
}

// --- those who wait for their writes ---

void stream::note(std::vector<sync_session::delivery> pushed) {
    if (writers_ == 0)
        return;
    const std::lock_guard lock(mutex_);
    for (auto& one : pushed) {
        one.dn = normal(one.dn);
        recent_.push_back(std::move(one));
    }
    while (recent_.size() > most_recent)
        recent_.pop_front();
    moved_.notify_all();
}

void stream::await(const sync_session::delivery& mine) {
    const auto dn = normal(mine.dn);
    std::unique_lock lock(mutex_);
    moved_.wait_for(lock, settings_.timeout, [&] {
        return stopping_ || !live_ ||
               std::any_of(recent_.begin(), recent_.end(), [&](const auto& one) {
                   return mine.uuid.empty() ? one.dn == dn && one.csn >= mine.csn
                                            : one.uuid == mine.uuid;
               });
    });
}

} // namespace waypost::ldap
