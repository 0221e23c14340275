// SPDX-License-Identifier: Apache-2.0
#include "channel.hpp"

#include "prefix.hpp"

#include <waypost/errors.hpp>
#include <waypost/jobs.hpp>

#include <memory>

namespace waypost::mailbox {
namespace {

error no_account() {
    return {WP_PERMFAIL, 550, 5, 1, 1, "the address has no mailbox here"};
}

/// Reports know three answers. Anything that may change by waiting is tried again, a full mailbox
/// too.
wp_status report_status(wp_status status) {
    switch (status) {
    case WP_OK:
        return WP_OK;
    case WP_PERMFAIL:
    case WP_INVALID:
    case WP_DENIED:
        return WP_PERMFAIL;
    default:
        return WP_TEMPFAIL;
    }
}

} // namespace

/// A job from the queue on its way; lives until the store answered.
struct mailbox_channel::queued {
    const mailbox_channel* owner;
    const wp_job* job;
    wp_done done;
    wp_content* content = nullptr;
    batch arrays;
    std::vector<wp_error> results;
    wp_error why = empty_error();

    ~queued() {
        if (content != nullptr)
            content->unref(content);
    }
    static void ended(void* ctx, wp_status status, const wp_error* why) {
        const std::unique_ptr<queued> self(static_cast<queued*>(ctx));
        const wp_done done = self->done;
        self->owner->report(*self, status, why);
        done.fn(done.ctx, WP_OK, nullptr);
    }
};

mailbox_channel::mailbox_channel(const wp_host* host)
    : host_(host), stores_(static_cast<const wp_host_store*>(host->service(host, WP_HOST_STORE))),
      jobs_(static_cast<const wp_host_jobs*>(host->service(host, WP_HOST_JOBS))) {}

void mailbox_channel::fill(batch& to, const wp_job& job) const {
    to.deliveries.clear();
    to.recipients.clear();
    to.prefixes.clear();
    const bool each_its_own = delivered_to_;
    std::size_t begin = 0;
    for (std::uint64_t i = 0; i < job.recipient_count; ++i) {
        const wp_job_recipient& who = element(job.recipients, i);
        if (who.account.size == 0)
            continue;
        if (each_its_own || to.recipients.empty()) {
            begin = to.prefixes.size();
            append_prefix(to.prefixes, view(job.sender),
                          each_its_own ? view(who.account) : std::string_view());
        }
        wp_delivery made{};
        made.struct_size = sizeof made;
        made.account = who.account;
        made.mailbox = to_abi("INBOX");
        made.message = job.message;
        made.size = job.size;
        // An offset until all prefixes are written: the buffer may still move.
        made.prefix = {reinterpret_cast<const unsigned char*>(begin), to.prefixes.size() - begin};
        made.internal_date_ns = job.received_ns;
        made.key[0] = job.id;
        made.key[1] = who.key;
        made.quota_bytes = who.quota_bytes;
        made.quota_messages = who.quota_messages;
        to.deliveries.push_back(made);
        to.recipients.push_back(i);
    }
    for (wp_delivery& each : to.deliveries)
        each.prefix.data =
            to_bytes(to.prefixes).data + reinterpret_cast<std::uintptr_t>(each.prefix.data);
}

wp_status mailbox_channel::stage(wp_group* group, const wp_job& job, wp_error* results) {
    static thread_local batch arrays;
    static thread_local std::vector<wp_error> some;
    fill(arrays, job);
    if (arrays.deliveries.size() == job.recipient_count)
        return stores_->stage(host_, group, arrays.deliveries.data(), arrays.deliveries.size(),
                              results);
    some.assign(arrays.deliveries.size(), empty_error());
    for (std::uint64_t i = 0; i < job.recipient_count; ++i)
        fill_error(&results[i], no_account());
    const wp_status status = stores_->stage(host_, group, arrays.deliveries.data(),
                                            arrays.deliveries.size(), some.data());
    for (std::size_t i = 0; i < some.size(); ++i)
        results[arrays.recipients[i]] = some[i];
    return status;
}

wp_status mailbox_channel::deliver(const wp_job& job, wp_error*, wp_done done) {
    auto work = std::make_unique<queued>();
    work->owner = this;
    work->job = &job;
    work->done = done;
    fill(work->arrays, job);
    work->results.assign(work->arrays.deliveries.size(), empty_error());
    wp_status status = jobs_->content(host_, &job, &work->content, &work->why);
    if (status == WP_OK)
        status = stores_->deliver(host_, work->arrays.deliveries.data(),
                                  work->arrays.deliveries.size(), work->content,
                                  work->results.data(), &work->why, {&queued::ended, work.get()});
    if (status == WP_PENDING) {
        static_cast<void>(work.release()); // ended() has it
        return WP_PENDING;
    }
    report(*work, status, &work->why);
    return WP_OK;
}

/// The job may be gone with its last report: everything that is needed of it is read before.
void mailbox_channel::report(const queued& of, wp_status status, const wp_error* why) const {
    const wp_job* job = of.job;
    const std::uint64_t count = job->recipient_count;
    std::size_t next = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (next == of.arrays.recipients.size() || of.arrays.recipients[next] != i) {
            wp_error out = empty_error();
            fill_error(&out, no_account());
            const auto refused = job_report(i, WP_PERMFAIL, &out);
            jobs_->report(host_, job, &refused);
            continue;
        }
        const wp_error& each = of.results[next++];
        const wp_status fate = report_status(status == WP_OK ? each.status : status);
        const auto* reason = status == WP_OK ? &each : why;
        const auto told = job_report(i, fate, fate == WP_OK ? nullptr : reason);
        jobs_->report(host_, job, &told);
    }
}

} // namespace waypost::mailbox
