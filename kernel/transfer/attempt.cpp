// SPDX-License-Identifier: Apache-2.0
// Up to the channel's reports; what follows is in attempt_commit.cpp.
#include "transfer/attempt.hpp"

#include <waypost/errors.hpp>
#include <waypost/jobs.hpp>

#include <utility>

namespace waypost::kernel::transfer {

attempt::attempt(context& unit, attempt_owner& owner, std::string destination, log::message_id id)
    : unit_(unit), owner_(owner), destination_(std::move(destination)), id_(id) {}

void attempt::run() {
    now_ = unit_.settings.now();
    if (!take_due()) {
        owner_.transmitted(*this, {});
        end();
        return;
    }
    for (auto& one : rows_) {
        route(one);
        choose(one);
    }
    transmit();
    finish_part();
}

/// The recipients that are due here; the entry may have changed since it was picked.
bool attempt::take_due() {
    auto found = unit_.queue->find(id_);
    if (!found)
        return false;
    envelope_ = std::move(*found);
    for (auto& to : envelope_.recipients)
        if (to.state == recipient_state::pending && to.next_try_ns <= now_ &&
            destination_of(to) == destination_ &&
            (rows_.empty() || rows_.front().to.errors_to == to.errors_to)) {
            row one;
            one.to = std::move(to);
            rows_.push_back(std::move(one));
        }
    envelope_.recipients.clear();
    if (const auto held = unit_.log->messages().open(id_))
        size_ = (*held)->size();
    return !rows_.empty();
}

routing::decision attempt::decide(const std::string& address) const {
    auto verdict = unit_.router->decide(address, {.may_relay = true, .for_queue = true});
    if (verdict.unconfirmed && unit_.settings.look_up && unit_.settings.look_up(address) == WP_OK)
        verdict = unit_.router->decide(address,
                                       {.may_relay = true, .confirmed = true, .for_queue = true});
    return verdict;
}

void attempt::route(row& one) {
    const auto verdict = decide(one.to.address);
    if (verdict.status != WP_OK) {
        one.fate.status = verdict.status;
        one.fate.why = verdict.refusal;
        return;
    }
    for (std::size_t i = 1; i < verdict.destinations.size(); ++i)
        lead(one.also.emplace_back(one.to), verdict.destinations[i]);
    lead(one.to, verdict.destinations.front());
}

void attempt::choose(row& one) const {
    const auto fail = [&one](std::uint16_t smtp, std::uint16_t subject, std::uint16_t detail,
                             std::string text) {
        one.fate.status = WP_TEMPFAIL;
        one.fate.why = error(WP_TEMPFAIL, smtp, 4, subject, detail, std::move(text));
    };
    if (one.fate.status != WP_PENDING)
        return;
    const auto* channel = unit_.channels.find(one.to.channel);
    if (one.to.state == recipient_state::held || destination_of(one.to) != destination_)
        one.next = course::moved;
    else if (one.to.channel == routing::retry_channel)
        fail(450, 2, 1, one.to.address + " cannot take mail now");
    else if (channel == nullptr)
        fail(451, 4, 4, "no channel named " + one.to.channel);
    else
        one.next = channel->can_stage() ? course::stage : course::transmit;
}

void attempt::transmit() {
    for (auto& one : rows_) {
        if (one.next != course::transmit)
            continue;
        // One job has one return path; a list that was expanded just now may have another.
        if (job_rows_.empty() || job_rows_.front()->to.errors_to == one.to.errors_to)
            job_rows_.push_back(&one);
        else
            one.next = course::moved;
    }
    if (job_rows_.empty())
        return;
    channel_ = unit_.channels.find(job_rows_.front()->to.channel);
    for (const auto* one : job_rows_)
        job_recipients_.push_back(job_row(one->to));
    job_ = job_of({id_, size_, &envelope_, expires_ns(unit_.settings, envelope_)}, job_recipients_);
    job_.next_hop = waypost::to_abi(job_rows_.front()->to.next_hop);
    job_.sender = waypost::to_abi(return_path(envelope_, job_rows_.front()->to));
    job_.impl = this;
    parts_ += job_rows_.size() + 1;
    auto why = empty_error();
    const wp_done done{
        [](void* ctx, wp_status, const wp_error*) { static_cast<attempt*>(ctx)->finish_part(); },
        this};
    const auto status = channel_->facet->deliver(channel_->self, &job_, &why, done);
    if (status == WP_PENDING)
        return;
    if (status != WP_OK)
        for (std::size_t i = 0; i < job_rows_.size(); ++i)
            report(job_report(i, status, &why));
    finish_part();
}

void attempt::report(const wp_job& job, const wp_job_report& what) {
    static_cast<attempt*>(job.impl)->report(what);
}

void attempt::report(const wp_job_report& what) {
    {
        const std::lock_guard lock(mutex_);
        if (what.recipient >= job_rows_.size())
            return;
        auto& one = *job_rows_[what.recipient];
        if (std::exchange(one.reported, true))
            return;
        one.next = course::decided;
        one.fate = {what.status, from_error(what.status, what.error), what.flags,
                    std::string(view(what.remote)), std::string(view(what.reply))};
    }
    finish_part();
}

void attempt::finish_part() {
    {
        const std::lock_guard lock(mutex_);
        if (--parts_ != 0)
            return;
    }
    end_transmission();
}

/// The destination is free for the next message while this one's group is written.
void attempt::end_transmission() {
    attempt_owner::transmission how;
    how.remote = !job_rows_.empty();
    for (const auto* one : job_rows_)
        if (one->fate.status != WP_OK && (one->fate.flags & WP_REPORT_UNREACHABLE) != 0) {
            how.unreachable = true;
            how.why = one->fate.why.text;
        }
    owner_.transmitted(*this, std::move(how));
    submit();
}

} // namespace waypost::kernel::transfer
