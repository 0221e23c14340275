// SPDX-License-Identifier: Apache-2.0
// A job of the kernel on its way out: the message's bytes, and what has been reported of its
// recipients. Each is reported exactly once, at the latest when the delivery ends.
#pragma once

#include "parse/server_reply.hpp"

#include <waypost/abi/draft/channel.h>
#include <waypost/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::smtp::client {

/// One thread at a time.
class delivery {
public:
    delivery(const wp_host* host, const wp_host_jobs* jobs, const wp_job* job, wp_done done);
    /// Recipients without a report are to be tried again.
    ~delivery();
    delivery(const delivery&) = delete;
    delivery& operator=(const delivery&) = delete;

    /// Must work before anything else; the content is held until the end.
    result<void> open();
    const wp_job& job() const noexcept { return *job_; }
    const std::shared_ptr<wp_content>& content() const noexcept { return content_; }
    std::size_t size() const noexcept { return static_cast<std::size_t>(job_->recipient_count); }
    const wp_job_recipient& recipient(std::size_t row) const noexcept {
        return element(job_->recipients, row);
    }
    bool is_reported(std::size_t row) const noexcept { return reported_[row]; }
    bool is_finished() const noexcept { return left_ == 0; }

    void report(std::size_t row, wp_status status, std::uint32_t flags, std::string_view remote,
                std::string_view reply, const error* why);
    /// A reply that decides: 2xx delivered, 4xx later, 5xx never.
    void report(std::size_t row, const server_reply& reply, std::string_view remote,
                std::uint32_t flags = 0);
    void report_rest(const server_reply& reply, std::string_view remote, std::uint32_t flags = 0);
    void report_rest(const error& why, std::uint32_t flags, std::string_view remote = {});

    bool was_tried = false; // on a connection that turned out to be dead: once more on a new one

private:
    const wp_host* host_;
    const wp_host_jobs* jobs_;
    const wp_job* job_;
    wp_done done_;
    std::shared_ptr<wp_content> content_;
    std::vector<bool> reported_;
    std::size_t left_;
};

} // namespace waypost::smtp::client
