// SPDX-License-Identifier: Apache-2.0
#include "transfer/delivery.hpp"

#include "log/fault.hpp"
#include "transfer/events.hpp"

#include <waypost/errors.hpp>
#include <waypost/jobs.hpp>

namespace waypost::kernel::transfer {

/// Lives as long as the attempt; the channel sees `job`.
struct attempt::remote_job {
    const channel_ref* channel = nullptr;
    std::string next_hop;
    std::vector<std::size_t> rows; // index of each recipient in the envelope
    std::vector<wp_job_recipient> recipients;
    std::vector<bool> reported;
    wp_job job{};
    attempt* owner = nullptr;
};

attempt::attempt(context& unit, log::message_id id, envelope what,
                 std::function<void(log::message_id, bool)> ended)
    : unit_(unit), id_(id), envelope_(std::move(what)), ended_(std::move(ended)) {}

void attempt::run() {
    now_ = unit_.settings.now();
    route_all();
    start_remote();
    finish_part();
}

void attempt::route_all() {
    const auto known = envelope_.recipients.size();
    for (std::size_t i = 0; i < known; ++i)
        if (envelope_.recipients[i].state == recipient_state::pending &&
            envelope_.recipients[i].next_try_ns <= now_)
            route(i);
    fates_.resize(envelope_.recipients.size());
}

routing::decision attempt::decide(const std::string& address) const {
    auto verdict = unit_.router->decide(address, {.may_relay = true, .for_queue = true});
    if (verdict.unconfirmed && unit_.settings.look_up && unit_.settings.look_up(address) == WP_OK)
        verdict = unit_.router->decide(address,
                                       {.may_relay = true, .confirmed = true, .for_queue = true});
    return verdict;
}

/// An address that now leads to several places becomes several recipients.
void attempt::route(std::size_t index) {
    const auto verdict = decide(envelope_.recipients[index].address);
    fates_.resize(envelope_.recipients.size());
    if (verdict.status != WP_OK) {
        fates_[index] = {verdict.status, verdict.refusal};
        return;
    }
    for (std::size_t i = 1; i < verdict.destinations.size(); ++i) {
        auto& row = envelope_.recipients.emplace_back(envelope_.recipients[index]);
        row.key = envelope_.last_added_key = std::max(envelope_.last_added_key, added_keys) + 1;
        lead(row, verdict.destinations[i]);
    }
    lead(envelope_.recipients[index], verdict.destinations.front());
}

void attempt::add_remote(std::size_t index, const channel_ref& channel) {
    const auto& next_hop = envelope_.recipients[index].next_hop;
    for (auto& job : remote_)
        if (job->channel == &channel && job->next_hop == next_hop) {
            job->rows.push_back(index);
            return;
        }
    auto& job = remote_.emplace_back(std::make_unique<remote_job>());
    job->channel = &channel;
    job->next_hop = next_hop;
    job->rows.push_back(index);
    job->owner = this;
}

void attempt::prepare_jobs() {
    const auto held = unit_.log->messages().open(id_);
    const std::uint64_t size = held ? (*held)->size() : 0;
    for (auto& job : remote_) {
        for (const auto row : job->rows)
            job->recipients.push_back(job_row(envelope_.recipients[row]));
        job->reported.assign(job->rows.size(), false);
        job->job = job_of({id_, size, &envelope_, expires_ns()}, job->recipients);
        job->job.next_hop = waypost::to_abi(job->next_hop);
        job->job.impl = job.get();
        parts_ += job->rows.size() + 1;
    }
}

void attempt::deliver(remote_job& job) {
    auto why = empty_error();
    const wp_done done{
        [](void* ctx, wp_status, const wp_error*) { static_cast<attempt*>(ctx)->finish_part(); },
        this};
    const auto status = job.channel->facet->deliver(job.channel->self, &job.job, &why, done);
    if (status == WP_PENDING)
        return;
    if (status != WP_OK)
        for (std::size_t i = 0; i < job.rows.size(); ++i)
            report(job, job_report(i, status, &why));
    finish_part();
}

void attempt::start_remote() {
    for (std::size_t i = 0; i < envelope_.recipients.size(); ++i) {
        const auto& to = envelope_.recipients[i];
        if (to.state != recipient_state::pending || fates_[i].status != WP_PENDING ||
            to.next_try_ns > now_)
            continue;
        const auto* channel = unit_.channels.find(to.channel);
        if (to.channel == routing::retry_channel)
            fates_[i] = {WP_TEMPFAIL,
                         error(WP_TEMPFAIL, 450, 4, 2, 1, to.address + " cannot take mail now")};
        else if (channel == nullptr)
            fates_[i] = {WP_TEMPFAIL,
                         error(WP_TEMPFAIL, 451, 4, 4, 4, "no channel named " + to.channel)};
        else if (!channel->can_stage())
            add_remote(i, *channel);
    }
    prepare_jobs();
    for (auto& job : remote_)
        deliver(*job);
}

void attempt::report(const wp_job& job, const wp_job_report& what) {
    auto& remote = *static_cast<remote_job*>(job.impl);
    remote.owner->report(remote, what);
}

void attempt::report(remote_job& job, const wp_job_report& what) {
    {
        const auto row = what.recipient;
        const std::lock_guard lock(mutex_);
        if (row >= job.rows.size() || job.reported[row])
            return;
        job.reported[row] = true;
        if (what.status == WP_PENDING)
            hand_over(job.rows[row], what.error);
        else
            fates_[job.rows[row]] = {what.status, from_error(what.status, what.error), what.flags,
                                     std::string(view(what.remote)), std::string(view(what.reply))};
    }
    finish_part();
}

/// From now on the channel's: not tried again, and it does not expire.
void attempt::hand_over(std::size_t index, const wp_error* why) {
    auto& to = envelope_.recipients[index];
    to.state = recipient_state::handed;
    ++to.attempts;
    to.next_try_ns = 0;
    to.last_error = from_error(WP_PENDING, why).text;
    handed_.push_back(index);
}

std::int64_t attempt::expires_ns() const {
    return envelope_.received_ns + std::chrono::nanoseconds(unit_.settings.retry.lifetime).count();
}

void attempt::finish_part() {
    {
        const std::lock_guard lock(mutex_);
        if (--parts_ != 0)
            return;
    }
    submit();
}

void attempt::submit() {
    error why;
    if (unit_.log->submit(*this, &why) != WP_PENDING)
        end(false);
}

result<void> attempt::prepare(log::group& into) {
    if (const auto held = unit_.log->messages().open(id_))
        size_ = (*held)->size();
    else
        return held.failure();
    auto offered = envelope_;
    for (std::size_t i = 0; i < fates_.size(); ++i)
        if (fates_[i].status != WP_PENDING || offered.recipients[i].next_try_ns > now_)
            offered.recipients[i].state = recipient_state::held; // not for this group
    const auto staged =
        unit_.staging.stage(into, {id_, size_, &offered, expires_ns()}, offered.recipients);
    final_ = fates_;
    for (std::size_t i = 0; i < staged.size(); ++i)
        if (final_[i].status == WP_PENDING)
            final_[i] = staged[i];
    write_entry(into);
    return {};
}

void attempt::settle(recipient& to, const outcome& fate) const {
    ++to.attempts;
    to.last_error = fate.why.text;
    const bool permanent =
        fate.status == WP_PERMFAIL || fate.status == WP_NOT_FOUND || fate.status == WP_DENIED;
    if (permanent || now_ >= expires_ns())
        to.state = recipient_state::failed;
    else
        to.next_try_ns =
            now_ + unit_.settings.retry.wait(to.attempts, id_ * 2654435761u + to.key).count();
}

void attempt::write_entry(log::group& into) {
    after_ = envelope_.recipients;
    auto rest = envelope_;
    rest.recipients.clear();
    for (std::size_t i = 0; i < after_.size(); ++i) {
        if (final_[i].status == WP_OK)
            continue;
        if (final_[i].status != WP_PENDING)
            settle(after_[i], final_[i]);
        rest.recipients.push_back(after_[i]);
    }
    if (rest.recipients.empty())
        unit_.queue->erase(into, id_);
    else
        unit_.queue->put(into, id_, rest, false);
}

void attempt::done(const result<void>& outcome, log::position) {
    log::fault::point("transfer.attempt.before-end");
    for (std::size_t i = 0; outcome && i < final_.size(); ++i) {
        if (final_[i].status == WP_PENDING)
            continue;
        auto& counters = unit_.counters;
        ++(final_[i].status == WP_OK                    ? counters.delivered
           : after_[i].state == recipient_state::failed ? counters.failed
                                                        : counters.deferred);
        tell(unit_, id_, size_, envelope_, after_[i], final_[i]);
    }
    for (std::size_t i = 0; outcome && i < handed_.size(); ++i)
        tell(unit_, id_, size_, envelope_, after_[handed_[i]], final_[handed_[i]]);
    end(static_cast<bool>(outcome));
}

void attempt::end(bool worked) {
    const auto call = std::move(ended_);
    const auto id = id_;
    delete this;
    call(id, worked);
}

} // namespace waypost::kernel::transfer
