// SPDX-License-Identifier: Apache-2.0
// wp.host.messages/1 and wp.host.jobs/1: a message of the log as wp_content, read in place from the
// map.
#include "transfer/content.hpp"

#include "transfer/attempt.hpp"
#include "transfer/context.hpp"
#include "transfer/services.hpp"

#include <waypost/errors.hpp>

#include <atomic>

namespace waypost::kernel::transfer {

namespace {

/// Thread-safe. wp_content is the first member: the handle is the object.
struct log_content {
    wp_content face;
    std::atomic<std::uint32_t> holders{1};
    std::shared_ptr<const log::message> message;
};

log_content& self(wp_content* content) noexcept {
    return *reinterpret_cast<log_content*>(content);
}

void ref(wp_content* content) {
    self(content).holders.fetch_add(1, std::memory_order_relaxed);
}

void unref(wp_content* content) {
    if (self(content).holders.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete &self(content);
}

wp_status read(wp_content* content, std::uint64_t offset, std::uint64_t length, wp_bytes* pieces,
               std::uint64_t max_pieces, std::uint64_t* count, wp_error*, wp_done) {
    const auto all = self(content).message->content();
    *count = 0;
    if (offset >= all.size || max_pieces == 0)
        return WP_OK;
    pieces[0] = {all.data + offset, std::min<std::size_t>(length, all.size - offset)};
    *count = 1;
    return WP_OK;
}

wp_status open(const wp_host*, std::uint64_t id, wp_content** content, wp_error* why) {
    auto opened = open_content(current_context(), id);
    if (!opened) {
        fill_error(why, opened.failure());
        return opened.failure().status;
    }
    *content = *opened;
    return WP_OK;
}

wp_status job_content(const wp_host* host, const wp_job* job, wp_content** content, wp_error* why) {
    return open(host, job->message, content, why);
}

void report(const wp_host*, const wp_job* job, const wp_job_report* what) {
    attempt::report(*job, *what);
}

} // namespace

result<wp_content*> open_content(context& unit, log::message_id id) {
    auto opened = unit.log->messages().open(id);
    if (!opened)
        return opened.failure();
    auto* made = new log_content{};
    made->message = std::move(*opened);
    made->face = {sizeof(wp_content), 0, made->message->size(), ref, unref, read};
    return &made->face;
}

const wp_host_messages messages_service = {
    .struct_size = sizeof(wp_host_messages), .reserved = 0, .open = open};

const wp_host_jobs jobs_service = {
    .struct_size = offsetof(wp_host_jobs, report_later),
    .reserved = 0,
    .content = job_content,
    .report = report,
    .report_later = nullptr,
};

} // namespace waypost::kernel::transfer
