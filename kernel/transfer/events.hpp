// SPDX-License-Identifier: Apache-2.0
// What the daemon's log says of messages: one line for each recipient and thing that happened to
// it, with all that an operator searches for in it.
//     delivered message=12 from=bob@example.org to=ann@example.com size=374 client=192.0.2.1
#pragma once

#include "transfer/context.hpp"

namespace waypost::kernel::transfer {

/// `fate`: WP_OK delivered, WP_PENDING queued; otherwise what the recipient's state says became of
/// it. Thread-safe.
void tell(const context& unit, log::message_id id, std::uint64_t size, const envelope& of,
          const recipient& to, const outcome& fate);

/// That `report` was made of what happened to `about`.
void tell_reported(const context& unit, log::message_id about, log::message_id report,
                   std::string_view to);

/// A recipient, or with `to` empty a message, that its client has to keep.
void tell_refused(const context& unit, const envelope& of, std::string_view to, const error& why);

} // namespace waypost::kernel::transfer
