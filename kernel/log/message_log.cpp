// SPDX-License-Identifier: Apache-2.0
// The message log; see message_log.hpp.
#include "log/message_log.hpp"

#include "log/recovery.hpp"

#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>

namespace waypost::kernel::log {
namespace {

result<file> lock_directory(const std::filesystem::path& directory) {
    const auto path = directory / "log.lock";
    std::error_code code;
    auto opened = std::filesystem::exists(path, code) ? file::open_write(path) : file::create(path);
    if (opened && ::flock(opened->descriptor(), LOCK_EX | LOCK_NB) != 0)
        return error(WP_BUSY, fmt::format("{} is in use by another process; stop it first",
                                          directory.native()));
    return opened;
}

result<void> make_directories(const std::filesystem::path& directory) {
    std::error_code code;
    for (const auto* name : {"log", "spool"}) {
        std::filesystem::create_directories(directory / name, code);
        if (code)
            return io_failure("create", (directory / name).native(), code.value());
    }
    return sync_directory(directory);
}

} // namespace

result<std::unique_ptr<message_log>> message_log::open(options settings,
                                                       std::span<consumer* const> consumers) {
    std::unique_ptr<message_log> made(new message_log(std::move(settings)));
    if (auto outcome = made->recover(consumers); !outcome)
        return outcome.failure();
    return made;
}

result<void> message_log::recover(std::span<consumer* const> consumers) {
    if (auto outcome = make_directories(settings_.directory); !outcome)
        return outcome;
    auto lock = lock_directory(settings_.directory);
    if (!lock)
        return lock.failure();
    lock_ = std::move(*lock);
    auto index = message_index::open(settings_);
    if (!index)
        return index.failure();
    index_ = std::move(*index);
    auto found = recovery(settings_, *index_, consumers).run();
    if (!found)
        return found.failure();
    torn_bytes_ = found->torn_bytes;
    committer_ = std::make_unique<committer>(settings_, *index_, consumers, *found,
                                             [this] { wake_maintenance(); });
    // A new segment from the first moment: it says where the log ended. On a full disk the log
    // starts all the same, so that mail can be read and removed, and takes nothing until the disk
    // takes writes.
    auto& tail = committer_->tail();
    if (auto opened = tail.open_next(found->end.last + 1); opened) {
        index_->add_segment(tail.segment(), found->end.last);
    } else {
        settings_.report(opened.failure());
        committer_->begin_refusing(opened.failure());
    }
    compaction_ = std::make_unique<compaction>(settings_, *index_, tail,
                                               [this] { return checkpoint_index(); });
    if (auto written = checkpoint_index(); !written)
        settings_.report(written.failure());
    return {};
}

message_log::~message_log() {
    stop();
}

void message_log::start() {
    committer_->start();
    if (settings_.background)
        thread_ = std::thread([this] { maintain(); });
}

void message_log::stop() {
    if (!committer_)
        return;
    committer_->stop();
    {
        const std::lock_guard hold(mutex_);
        if (std::exchange(stopping_, true))
            return;
    }
    wake_.notify_all();
    if (thread_.joinable())
        thread_.join();
    if (!settings_.background || !compaction_)
        return;
    if (auto outcome = checkpoint_index(); !outcome)
        settings_.report(outcome.failure());
}

result<void> message_log::checkpoint_index() {
    const std::lock_guard hold(checkpoint_mutex_);
    const auto floors = committer_->floors();
    auto outcome = index_->checkpoint(floors, committer_->tail().next_segment());
    if (!outcome)
        return outcome;
    safe_ = std::min(index_->durable(), committer::least(floors));
    checkpointed();
    return {};
}

result<bool> message_log::compact_once() {
    const std::lock_guard hold(compaction_mutex_);
    return compaction_->step(safe_);
}

void message_log::wake_maintenance() {
    {
        const std::lock_guard hold(mutex_);
        if (std::exchange(woken_, true))
            return;
    }
    wake_.notify_one();
}

/// Sleeps until something changed, then writes a checkpoint when enough changed, the log is long,
/// or time is up.
void message_log::maintain() {
    std::unique_lock hold(mutex_);
    while (!stopping_) {
        wake_.wait(hold, [this] { return woken_ || stopping_; });
        const auto until = std::chrono::steady_clock::now() + settings_.checkpoint_interval;
        while (!stopping_ && index_->changes() < settings_.checkpoint_records &&
               !committer_->under_pressure()) {
            woken_ = false;
            if (wake_.wait_until(hold, until) == std::cv_status::timeout)
                break;
        }
        if (stopping_)
            break;
        woken_ = false;
        hold.unlock();
        auto written = checkpoint_index();
        auto more = written ? compact_once() : result<bool>(written.failure());
        while (more && *more)
            more = compact_once();
        if (!more)
            settings_.report(more.failure());
        hold.lock();
        if (!more)
            wake_.wait_for(hold, settings_.checkpoint_interval, [this] { return stopping_; });
    }
}

} // namespace waypost::kernel::log
