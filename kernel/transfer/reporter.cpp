// SPDX-License-Identifier: Apache-2.0
#include "transfer/reporter.hpp"

#include "transfer/context.hpp"
#include "transfer/events.hpp"
#include "transfer/report/compose.hpp"
#include "transfer/settlement.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace waypost::kernel::transfer {

namespace {

using report::action;

// How a report says in its envelope that it is one.
constexpr std::string_view report_protocol = "report";
constexpr std::string_view last_report_protocol = "report-to-postmaster";

/// RFC 3461 s5.2.
bool is_wanted(const report_event& event) noexcept {
    const auto wanted = event.to.notify;
    switch (event.what) {
    case report_event::kind::failed:
        return wanted == WP_NOTIFY_DEFAULT || (wanted & WP_NOTIFY_FAILURE) != 0;
    case report_event::kind::delayed:
        return wanted == WP_NOTIFY_DEFAULT || (wanted & WP_NOTIFY_DELAY) != 0;
    case report_event::kind::delivered:
    case report_event::kind::relayed:
        return (wanted & WP_NOTIFY_SUCCESS) != 0;
    }
    return false;
}

action action_of(report_event::kind what) noexcept {
    switch (what) {
    case report_event::kind::failed:
        return action::failed;
    case report_event::kind::delayed:
        return action::delayed;
    case report_event::kind::delivered:
        return action::delivered;
    case report_event::kind::relayed:
        return action::relayed;
    }
    return action::failed;
}

/// RFC 3464 s2.3.4: the class tells what the action says.
std::array<std::uint16_t, 3> status_of(const report_event& event) noexcept {
    if (event.what == report_event::kind::delivered)
        return {2, 0, 0};
    if (event.what == report_event::kind::relayed)
        return {2, 1, 9};
    const std::uint16_t cls = event.what == report_event::kind::failed ? 5 : 4;
    const auto& code = event.fate.why.enhanced;
    return {cls, code[0] == 0 ? std::uint16_t{0} : code[1],
            code[0] == 0 ? std::uint16_t{0} : code[2]};
}

report::about_recipient describe(const report_event& event) {
    report::about_recipient out;
    out.address = event.to.address;
    out.original = event.to.orcpt;
    if (out.original.empty() && event.to.original != event.to.address)
        out.original = "rfc822;" + event.to.original;
    out.status = status_of(event);
    out.text = event.fate.why.text;
    out.remote = event.fate.remote;
    out.reply = event.fate.reply;
    return out;
}

/// Where reports come from: nobody answers them.
std::string daemon_address(const context& unit) {
    return "MAILER-DAEMON@" + unit.settings.hostname;
}

/// The report as a queued message of its own, on its way to `to`.
log::message_id submit(context& unit, log::group& into, const report::content& what,
                       std::string_view protocol, std::deque<std::string>& keep) {
    envelope from;
    from.flags = WP_MAIL_8BIT | (report::needs_utf8(what) ? WP_MAIL_UTF8 : 0);
    from.received_ns = what.now_ns;
    from.protocol = protocol;
    from.client_name = unit.settings.hostname;
    const auto verdict = unit.router->decide(what.to, {.may_relay = true, .for_queue = true});
    auto places = verdict.destinations;
    if (verdict.status != WP_OK) { // decided again when it is tried
        routing::destination later;
        later.channel = routing::retry_channel;
        later.address = what.to;
        places = {later};
    }
    for (const auto& place : places) {
        auto& row = from.recipients.emplace_back();
        row.key = from.recipients.size();
        row.original = what.to;
        row.notify = WP_NOTIFY_NEVER;
        row.next_try_ns = what.now_ns;
        lead(row, place);
    }
    from.timer_ns = next_timer(unit.settings, from);
    auto& text = keep.emplace_back();
    encode(from, text);
    const std::string_view content = keep.emplace_back(report::compose(what));
    const auto id =
        into.put_message({.envelope = text, .content = std::span(&content, 1), .file = nullptr});
    unit.queue->put(into, id, from, true);
    return id;
}

/// One report of one kind to one return path, if there is anything to tell.
void write_report(context& unit, log::group& into, const original_message& about,
                  std::string_view path, const std::string& part, report_event::kind kind,
                  std::span<const report_event> events, std::deque<std::string>& keep) {
    const auto& from = *about.from;
    report::content what;
    for (const auto& event : events)
        if (event.what == kind && return_path(from, event.to) == path &&
            (is_wanted(event) || path.empty()))
            what.recipients.push_back(describe(event));
    if (what.recipients.empty())
        return;
    const bool is_returned = !path.empty();
    // RFC 5321 s6.1: nobody is told of a report's own failure but the postmaster, once.
    if (!is_returned && (kind != report_event::kind::failed || unit.settings.postmaster.empty() ||
                         from.protocol == last_report_protocol))
        return;
    what.what = action_of(kind);
    what.hostname = unit.settings.hostname;
    what.from = daemon_address(unit);
    what.to = is_returned ? std::string(path) : unit.settings.postmaster;
    what.unique = std::to_string(about.now) + "." + std::to_string(about.id) + "." +
                  std::to_string(static_cast<int>(kind)) + part;
    what.envid = from.envid;
    what.arrived_ns = from.received_ns;
    what.now_ns = about.now;
    what.ends_ns = expires_ns(unit.settings, from);
    what.original = about.content;
    what.returns_body = kind == report_event::kind::failed &&
                        (from.flags & WP_MAIL_RET_HEADERS) == 0 && !about.content.empty() &&
                        about.content.size() <= unit.settings.returned_size;
    const auto id =
        submit(unit, into, what, is_returned ? report_protocol : last_report_protocol, keep);
    tell_reported(unit, about.id, id, what.to);
}

} // namespace

void write_reports(context& unit, log::group& into, const original_message& about,
                   std::span<const report_event> events, std::deque<std::string>& keep) {
    std::set<std::string_view> paths;
    for (const auto& event : events)
        paths.insert(return_path(*about.from, event.to));
    std::string part; // of Message-IDs
    for (const auto path : paths) {
        for (const auto kind : {report_event::kind::failed, report_event::kind::delayed,
                                report_event::kind::relayed, report_event::kind::delivered})
            write_report(unit, into, about, path, part, kind, events, keep);
        part += ".l";
    }
}

} // namespace waypost::kernel::transfer
