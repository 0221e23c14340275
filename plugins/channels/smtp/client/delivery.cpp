// SPDX-License-Identifier: Apache-2.0
#include "client/delivery.hpp"

#include <waypost/errors.hpp>
#include <waypost/jobs.hpp>

namespace waypost::smtp::client {
namespace {

wp_status status_of(const server_reply& reply) noexcept {
    return reply.is_positive() ? WP_OK : reply.is_permanent() ? WP_PERMFAIL : WP_TEMPFAIL;
}

error error_of(const server_reply& reply) {
    const auto status = status_of(reply);
    const auto& code = reply.enhanced;
    const std::uint16_t cls = status == WP_PERMFAIL ? 5 : 4;
    error out(status, static_cast<std::uint16_t>(reply.code), cls, code.cls == 0 ? 0 : code.subject,
              code.cls == 0 ? 0 : code.detail, reply.in_one_line());
    return out;
}

} // namespace

delivery::delivery(const wp_host* host, const wp_host_jobs* jobs, const wp_job* job, wp_done done)
    : host_(host), jobs_(jobs), job_(job), done_(done), reported_(job->recipient_count),
      left_(static_cast<std::size_t>(job->recipient_count)) {}

delivery::~delivery() {
    report_rest(error(WP_STOPPING, 451, 4, 3, 2, "the delivery was broken off: the service stops"),
                0);
    content_.reset();
    done_.fn(done_.ctx, WP_OK, nullptr);
}

result<void> delivery::open() {
    auto why = empty_error();
    wp_content* held = nullptr;
    if (const auto status = jobs_->content(host_, job_, &held, &why); status != WP_OK)
        return from_error(status, &why);
    content_ = {held, [](wp_content* one) { one->unref(one); }};
    return {};
}

void delivery::report(std::size_t row, wp_status status, std::uint32_t flags,
                      std::string_view remote, std::string_view reply, const error* why) {
    if (reported_[row])
        return;
    reported_[row] = true;
    --left_;
    auto text = empty_error();
    if (why != nullptr)
        fill_error(&text, *why);
    auto told = job_report(row, status, why != nullptr ? &text : nullptr);
    told.flags = flags;
    told.remote = to_abi(remote);
    told.reply = to_abi(reply);
    jobs_->report(host_, job_, &told);
}

void delivery::report(std::size_t row, const server_reply& reply, std::string_view remote,
                      std::uint32_t flags) {
    const auto why = error_of(reply);
    report(row, status_of(reply), flags, remote, reply.in_one_line(),
           reply.is_positive() ? nullptr : &why);
}

void delivery::report_rest(const server_reply& reply, std::string_view remote,
                           std::uint32_t flags) {
    for (std::size_t row = 0; row < reported_.size(); ++row)
        report(row, reply, remote, flags);
}

void delivery::report_rest(const error& why, std::uint32_t flags, std::string_view remote) {
    for (std::size_t row = 0; row < reported_.size(); ++row)
        report(row, why.status, flags, remote, {}, &why);
}

} // namespace waypost::smtp::client
