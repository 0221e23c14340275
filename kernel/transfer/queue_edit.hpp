// SPDX-License-Identifier: Apache-2.0
// The operator's hand on the queue: which messages, and what is done to them.
#pragma once

#include "transfer/unit.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace waypost::kernel::transfer {

/// Which messages; what is empty or 0 says nothing.
struct selection {
    log::message_id id = 0;
    std::string destination; // "smtp example.org", or the next hop alone
    std::string sender;
    std::string recipient;
    std::string state;
    std::string error; // a part of a recipient's last error
    std::uint64_t limit = 0;
};

/// Visits them in the order of ids, of one destination in the order of time; stops when the visitor
/// returns false. WP_NOT_FOUND for an id that is not queued.
result<void> select(const queue& in, const selection& which,
                    const std::function<bool(log::message_id, const envelope&)>& visit);

/// `action`: "retry" (now), "hold", "release", "delete" (without a word to anybody), "return" (to
/// the sender, with a report), "redirect" (recipients that match go to the address `target`). Waits
/// until the last change is durable; tells how many messages changed. Recipients that are being
/// delivered at this moment may still arrive.
result<std::uint64_t> change_all(transfer_unit& unit, std::string_view action,
                                 const selection& which, const std::string& target);

} // namespace waypost::kernel::transfer
