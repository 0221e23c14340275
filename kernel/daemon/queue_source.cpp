// SPDX-License-Identifier: Apache-2.0
// queue list, destinations, show, show --content, and what changes messages
#include "daemon/control_sources.hpp"
#include "daemon/status_report.hpp"
#include "transfer/queue_edit.hpp"

#include <waypost/abi/draft/ingress.h>

#include <fmt/format.h>

namespace waypost::kernel::daemon {
namespace {

error not_queued(std::uint64_t id) {
    return {WP_NOT_FOUND,
            fmt::format("no message {} is in the queue; `waypost queue list` lists them", id)};
}

transfer::selection to_selection(const control::queue_filter& from) {
    return {from.id,    from.destination, from.sender, from.recipient,
            from.state, from.error,       from.limit};
}

json summary(log::message_id id, const transfer::envelope& what) {
    std::int64_t next_try = 0;
    std::uint32_t attempts = 0;
    std::string last_error;
    std::vector<std::string> addresses;
    for (const auto& one : what.recipients) {
        addresses.push_back(one.address);
        attempts = std::max(attempts, one.attempts);
        if (one.state == transfer::recipient_state::pending &&
            (next_try == 0 || one.next_try_ns < next_try)) {
            next_try = one.next_try_ns;
        }
        last_error = last_error.empty() ? one.last_error : last_error;
    }
    return {{"id", id},
            {"sender", what.sender},
            {"recipients", addresses},
            {"received", as_time_or_null(what.received_ns)},
            {"attempts", attempts},
            {"next_try", as_time_or_null(next_try)},
            {"last_error", last_error}};
}

/// RFC 3461 s4.1; empty: what the default is.
json notify_words(std::uint32_t flags) {
    json words = json::array();
    for (const auto& [flag, word] :
         {std::pair{WP_NOTIFY_NEVER, "NEVER"}, std::pair{WP_NOTIFY_SUCCESS, "SUCCESS"},
          std::pair{WP_NOTIFY_FAILURE, "FAILURE"}, std::pair{WP_NOTIFY_DELAY, "DELAY"}}) {
        if ((flags & flag) != 0) {
            words.push_back(word);
        }
    }
    return words;
}

json in_full(log::message_id id, const transfer::envelope& what) {
    json recipients = json::array();
    for (const auto& one : what.recipients) {
        recipients.push_back({{"address", one.address},
                              {"original", one.original},
                              {"orcpt", one.orcpt},
                              {"notify", notify_words(one.notify)},
                              {"state", transfer::state_name(one.state)},
                              {"channel", one.channel},
                              {"next_hop", one.next_hop},
                              {"account", one.account},
                              {"attempts", one.attempts},
                              {"next_try", as_time_or_null(one.next_try_ns)},
                              {"last_error", one.last_error}});
    }
    return {{"id", id},
            {"sender", what.sender},
            {"envid", what.envid},
            {"ret", (what.flags & WP_MAIL_RET_FULL) != 0      ? json("FULL")
                    : (what.flags & WP_MAIL_RET_HEADERS) != 0 ? json("HDRS")
                                                              : json()},
            {"received", as_time_or_null(what.received_ns)},
            {"client_address", what.client_address},
            {"client_name", what.client_name},
            {"protocol", what.protocol},
            {"principal", what.principal},
            {"recipients", std::move(recipients)}};
}

json destination_row(const transfer::destination_summary& one) {
    return {{"destination", one.name},
            {"messages", one.messages},
            {"pending", one.recipients[0]},
            {"held", one.recipients[1]},
            {"handed", one.recipients[2]},
            {"failed", one.recipients[3]},
            {"next_try",
             one.next_try_ns == transfer::never ? json() : as_time_or_null(one.next_try_ns)},
            {"state", "waiting"},
            {"active", 0},
            {"why", ""}};
}

/// What waits, and of each destination under way or at rest what the scheduler knows.
result<void> destinations(transfer::transfer_unit& unit, const control::row_sink& rows) {
    std::map<std::string, transfer::destination_report> known;
    for (auto& one : unit.deliveries().report()) {
        known.emplace(one.name, std::move(one));
    }
    for (const auto& one : unit.queued().summaries()) {
        auto row = destination_row(one);
        if (const auto at = known.find(one.name); at != known.end()) {
            const bool rests = at->second.rests_until_ns > unit.parts().settings.now();
            row["state"] = rests ? "resting" : at->second.active != 0 ? "active" : "waiting";
            row["active"] = at->second.active;
            row["limit"] = at->second.limit;
            row["why"] = at->second.why;
            row["rests_until"] = rests ? as_time_or_null(at->second.rests_until_ns) : json();
        }
        if (!rows(row)) {
            break;
        }
    }
    return {};
}

result<void> list(const transfer::transfer_unit& unit, const control::queue_filter& which,
                  const control::row_sink& rows) {
    return transfer::select(unit.queued(), to_selection(which),
                            [&](log::message_id id, const transfer::envelope& what) {
                                return rows(summary(id, what));
                            });
}

/// Its events, and those of the reports about it.
result<void> trace_of(transfer::trace& events, log::message_id id, const control::row_sink& rows) {
    const auto own = events.find(id);
    if (own.empty()) {
        return error{WP_NOT_FOUND, fmt::format("nothing is known of a message {}", id)};
    }
    for (const auto& one : own) {
        json row{{"message", id}, {"time", one.time}, {"event", one.what}};
        log::message_id report = 0;
        for (const auto& [key, value] : one.fields) {
            row[key] = value;
            if (key == "report") {
                report = std::strtoull(value.c_str(), nullptr, 10);
            }
        }
        if (!rows(row)) {
            return {};
        }
        if (report != 0) {
            if (auto shown = trace_of(events, report, rows); !shown) {
                return shown;
            }
        }
    }
    return {};
}

} // namespace

void connect_queue(control::sources& calls, transfer::transfer_unit& unit) {
    calls.queue.list = [&unit](const control::queue_filter& which, const control::row_sink& rows) {
        return list(unit, which, rows);
    };
    calls.queue.destinations = [&unit](const control::row_sink& rows) {
        return destinations(unit, rows);
    };
    calls.queue.change = [&unit](const std::string& action, const control::queue_filter& which,
                                 const std::string& target) -> result<json> {
        auto changed = transfer::change_all(unit, action, to_selection(which), target);
        return changed ? result<json>(json{{"changed", *changed}}) : changed.failure();
    };
    calls.trace = [&unit](std::uint64_t id, const control::row_sink& rows) {
        return trace_of(*unit.parts().events, id, rows);
    };
    calls.queue.show = [&unit](std::uint64_t id) -> result<json> {
        const auto found = unit.queued().find(id);
        return found ? result<json>(in_full(id, *found)) : not_queued(id);
    };
    calls.queue.content =
        [&unit](std::uint64_t id,
                const std::function<bool(std::string_view)>& piece) -> result<void> {
        if (!unit.queued().find(id)) {
            return not_queued(id);
        }
        auto held = unit.parts().log->messages().open(id);
        if (!held) {
            return held.failure();
        }
        piece(view((*held)->content()));
        return {};
    };
}

} // namespace waypost::kernel::daemon
