// SPDX-License-Identifier: Apache-2.0
// Reports to senders (RFC 3461 to 3464): composed from what happened to recipients, and put into
// the group in which it happened.
#pragma once

#include "log/group.hpp"
#include "log/position.hpp"
#include "transfer/envelope.hpp"
#include "transfer/staging.hpp"

#include <deque>
#include <span>
#include <string>
#include <string_view>

namespace waypost::kernel::transfer {

struct context;

struct report_event {
    enum class kind { delivered, relayed, failed, delayed };
    kind what;
    recipient to;
    outcome fate;
};

/// What reports are about.
struct original_message {
    log::message_id id;
    const envelope* from;
    std::string_view content; // the whole, or at least its header
    std::int64_t now;
};

/// The texts of the reports are put into `keep` and must live until the group is written. [commit]
void write_reports(context& unit, log::group& into, const original_message& about,
                   std::span<const report_event> events, std::deque<std::string>& keep);

} // namespace waypost::kernel::transfer
