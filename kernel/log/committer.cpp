// SPDX-License-Identifier: Apache-2.0
// The committer thread; see committer.hpp.
#include "log/committer.hpp"

#include "log/fault.hpp"

#include <time.h>

#include <algorithm>
#include <limits>

namespace waypost::kernel::log {
namespace {

/// Tail accounting is no finer than this.
constexpr std::uint64_t tail_step = std::uint64_t{64} << 10U;
constexpr std::chrono::milliseconds pressure_poll{50};
constexpr std::chrono::milliseconds gather_time{1};
constexpr unsigned groups_before_more = 16;
constexpr std::size_t most_gathered = 256;

std::uint64_t thread_cpu_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

} // namespace

committer::committer(const options& settings, message_index& index,
                     std::span<consumer* const> consumers, const recovered& state,
                     std::function<void()> wake_checkpoints)
    : settings_(settings), index_(index), absent_(state.absent),
      wake_checkpoints_(std::move(wake_checkpoints)),
      writer_(settings.directory, settings.segment_bytes, state.end), group_(index.next_message()),
      position_(state.end.last) {
    for (auto* one : consumers) {
        auto& added = sources_.emplace_back();
        added.to = one;
        const auto found = state.last_records.find(one->id());
        if (found != state.last_records.end())
            added.last_records = found->second;
    }
    written_ = state.replayed_bytes;
    tail_.push_back({state.end.last, state.replayed_bytes});
}

void committer::begin_refusing(const error& why) {
    const std::lock_guard hold(mutex_);
    refusing_ = true;
    refusal_ = why;
}

void committer::start() {
    thread_ = std::thread([this] { run(); });
}

void committer::stop() {
    {
        const std::lock_guard hold(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

wp_status committer::refuse(wp_status status, error* why) const {
    if (!why)
        return status;
    if (status == WP_STOPPING)
        *why = {status, 421, 4, 3, 2, "the message log is stopping"};
    else if (status == WP_BUSY)
        *why = {status, 451, 4, 3, 2, "too much waits for the disk; try again later"};
    else
        *why = refusal_;
    return status;
}

wp_status committer::submit(operation& work, error* why) {
    const auto bytes = static_cast<std::size_t>(work.expected_bytes);
    const std::lock_guard hold(mutex_);
    if (stopping_)
        return refuse(WP_STOPPING, why);
    if (pending_ >= settings_.pending_operations ||
        pending_bytes_ + bytes > settings_.pending_bytes)
        if (pending_ > 0)
            return refuse(WP_BUSY, why);
    if (refusing_) {
        const auto now = clock::now();
        if (now - last_probe_ < settings_.probe_interval)
            return refuse(WP_TEMPFAIL, why);
        last_probe_ = now;
    }
    pending_ += 1;
    pending_bytes_ += bytes;
    work.charged_bytes_ = work.expected_bytes;
    work.next_ = nullptr;
    if (head_) {
        newest_->next_ = &work;
    } else {
        head_ = &work;
        if (work.unsynced)
            oldest_ = clock::now();
    }
    newest_ = &work;
    const bool first = ++queued_ == 1;
    const bool urgent = !work.unsynced && !any_synced_;
    any_synced_ = any_synced_ || !work.unsynced;
    const bool full = queued_ == settings_.pending_operations / 2;
    const bool met = gathering_ && queued_ == expected_;
    if (met || (sleeping_ && !pressure_ && ((first && !dozing_) || urgent || full)))
        wake_.notify_one();
    return WP_PENDING;
}

void committer::checkpointed() {
    if (pressure_)
        wake_.notify_one();
}

bool committer::due(clock::time_point now) const {
    return any_synced_ || stopping_ || queued_ >= settings_.pending_operations / 2 ||
           now - oldest_ >= settings_.unsynced_delay;
}

/// Bytes in the log after what the slowest consumer has checkpointed.
std::uint64_t committer::tail_bytes() {
    position done = index_.durable();
    for (const auto& one : sources_) {
        const auto applied = one.to->applied();
        if (applied < one.last_records)
            done = std::min(done, applied);
    }
    while (tail_.size() > 1 && tail_[1].at <= done)
        tail_.pop_front();
    return tail_.empty() || tail_.front().at > done ? written_.load()
                                                    : written_ - tail_.front().bytes;
}

void committer::note_tail(position at) {
    const std::lock_guard hold(mutex_);
    if (tail_.empty() || written_ - tail_.back().bytes >= tail_step)
        tail_.push_back({at, written_});
}

bool committer::tail_full(std::unique_lock<std::mutex>& hold) {
    if (stopping_ || tail_bytes() <= settings_.tail_bytes) {
        pressure_ = false;
        return false;
    }
    const bool ask = !pressure_.exchange(true);
    hold.unlock();
    if (ask)
        for (const auto& one : sources_)
            one.to->checkpoint_wanted();
    wake_checkpoints_();
    hold.lock();
    return true;
}

operation* committer::take_all() {
    auto* taken = std::exchange(head_, nullptr);
    newest_ = nullptr;
    queued_ = 0;
    any_synced_ = false;
    return taken;
}

/// Where several clients wait for their answers, a group waits a moment for as many operations as
/// the last ones had: fewer flushes and wake-ups for all. One client alone never waits; now and
/// then one more is tried.
void committer::gather(std::unique_lock<std::mutex>& hold) {
    if (expected_ > 1 && queued_ < expected_ && !stopping_) {
        gathering_ = true;
        wake_.wait_for(hold, gather_time, [this] { return queued_ >= expected_ || stopping_; });
        gathering_ = false;
    }
    if (queued_ < expected_) {
        met_ = 0;
        expected_ = queued_;
    } else if (++met_ % groups_before_more == 0 || queued_ > expected_) {
        expected_ = std::min(queued_ + 1, most_gathered);
    }
}

/// What can wait for a flush need not wake anybody: it is found at the end.
void committer::doze(std::unique_lock<std::mutex>& hold) {
    dozing_ = true;
    wake_.wait_for(hold, settings_.unsynced_delay);
    dozing_ = false;
}

operation* committer::wait_for_work() {
    std::unique_lock hold(mutex_);
    bool rested = false;
    for (;;) {
        const auto now = clock::now();
        const bool ready = head_ && due(now);
        const bool full = ready && tail_full(hold);
        if (ready && !full) {
            gather(hold);
            return take_all();
        }
        if (!head_ && stopping_)
            return nullptr;
        sleeping_ = true;
        if (full)
            wake_.wait_for(hold, pressure_poll);
        else if (head_)
            wake_.wait_until(hold, oldest_ + settings_.unsynced_delay);
        else if (std::exchange(rested, true))
            wake_.wait(hold);
        else
            doze(hold);
        sleeping_ = false;
    }
}

void committer::run() {
    while (auto* work = wait_for_work()) {
        commit(work);
        cpu_ns_ = thread_cpu_ns();
    }
}

void committer::commit(operation* work) {
    while (work) {
        group_.clear();
        members_.clear();
        work = fill(work);
        if (members_.empty())
            continue;
        group_.seal();
        if (group_.empty())
            complete({}, position_);
        else
            write_group();
    }
}

/// Lets operations prepare until the group is large enough; returns the first one left.
operation* committer::fill(operation* work) {
    while (work && group_.body_bytes() < settings_.group_bytes) {
        auto& one = *std::exchange(work, work->next_);
        const auto mark = group_.mark();
        if (auto outcome = one.prepare(group_); outcome) {
            members_.push_back(&one);
        } else {
            group_.rollback(mark);
            finish(one, outcome, 0);
        }
    }
    return work;
}

void committer::write_group() {
    const position sequence = position_ + 1;
    const auto before = writer_.segment();
    const auto placed = writer_.write(group_, sequence);
    if (writer_.segment() != before)
        index_.add_segment(writer_.segment(), sequence - 1);
    if (!placed)
        return group_failed(placed.failure());
    group_.keep_files();
    failures_ = 0;
    if (refusing_) {
        const std::lock_guard hold(mutex_);
        refusing_ = false;
    }
    groups_ += 1;
    messages_ += group_.messages();
    written_ += group_header_size + group_.body_bytes();
    apply(*placed, sequence);
    note_tail(sequence);
    complete({}, sequence);
}

void committer::apply(const placement& at, position sequence) {
    const bool idle = index_.changes() == 0;
    group_.collect(index_consumer, at.body_at, views_);
    index_.apply(sequence, at.segment, at.end, views_);
    for (auto& one : sources_) {
        group_.collect(one.to->id(), at.body_at, views_);
        if (views_.empty())
            continue;
        one.to->apply(sequence, views_);
        one.last_records = sequence;
    }
    position_ = sequence;
    fault::point("log.group.applied");
    if (idle || index_.changes() >= settings_.checkpoint_records)
        wake_checkpoints_();
}

void committer::group_failed(const error& why) {
    failed_ += 1;
    failures_ += 1;
    for (auto& one : sources_)
        one.to->abandon();
    settings_.report(why);
    // The end of the failed segment is on disk before anybody hears of the failure: nothing of this
    // group can come back after its sender was told to try again.
    const auto opened = writer_.open_next(position_ + 1);
    if (opened)
        index_.add_segment(writer_.segment(), position_);
    if (!opened || failures_ > 1) {
        const std::lock_guard hold(mutex_);
        refusing_ = true;
        refusal_ = opened ? why : opened.failure();
        last_probe_ = clock::now();
    }
    complete(why, 0);
}

void committer::complete(const result<void>& outcome, position at) {
    for (auto* one : members_)
        finish(*one, outcome, at);
}

void committer::finish(operation& one, const result<void>& outcome, position at) {
    pending_ -= 1;
    pending_bytes_ -= one.charged_bytes_;
    one.done(outcome, at);
}

floor_list committer::floors() const {
    floor_list out;
    const position at = position_; // before the others: what they say is at least as new
    for (const auto& one : sources_) {
        const position records = one.last_records;
        const position applied = one.to->applied();
        const position floor = applied >= records ? std::max(at, applied) : applied;
        out.emplace_back(one.to->id(), consumer_floor{floor, applied});
    }
    // Recovery found nothing for a consumer that is away, and nobody writes for it now.
    for (const auto& [id, applied] : absent_)
        out.emplace_back(id, consumer_floor{at, applied});
    return out;
}

position committer::least(const floor_list& floors) {
    position out = std::numeric_limits<position>::max();
    for (const auto& [id, floor] : floors)
        out = std::min(out, floor.floor);
    return out;
}

stats committer::counters() const {
    stats out;
    out.groups = groups_;
    out.syncs = writer_.syncs();
    out.bytes_written = written_;
    out.messages = messages_;
    out.failed_groups = failed_;
    out.pending_operations = pending_;
    out.pending_bytes = pending_bytes_;
    out.committer_cpu_ns = cpu_ns_;
    out.waiting_for_checkpoint = pressure_;
    const std::lock_guard hold(mutex_);
    out.tail_bytes = const_cast<committer*>(this)->tail_bytes();
    out.refusing = refusing_;
    return out;
}

} // namespace waypost::kernel::log
