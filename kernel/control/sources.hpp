// SPDX-License-Identifier: Apache-2.0
// What the control calls need from the rest of the kernel, as plain functions, so that this part
// knows no other. The daemon fills them (daemon/control_sources.cpp); tests put in their own. All
// may block; all are called by several threads at once. A function that is not set answers "not in
// this build".
#pragma once

#include "control/table.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::kernel::control {

/// A change of one attribute of a directory entry. Replace without values: the attribute goes.
struct edit {
    enum class kind { add, remove, replace };
    kind what = kind::replace;
    std::string name;
    std::vector<std::string> values;
};
using edits = std::vector<edit>;

/// Domains, users and groups have the same five operations. A name is "example.com" or
/// "ann@example.com".
struct entry_operations {
    std::function<result<json>(const std::string& name, const edits& attributes,
                               std::string_view password)>
        add;
    std::function<result<void>(const std::string& domain, const row_sink& rows)>
        list; // empty domain: all
    std::function<result<json>(const std::string& name)> show;
    std::function<result<json>(const std::string& name, const edits& changes)> set;
    std::function<result<json>(const std::string& name)> remove;
};

/// Which messages of the queue; what is empty or 0 says nothing.
struct queue_filter {
    std::uint64_t id = 0;
    std::string destination; // "smtp example.org", or a next hop alone
    std::string sender;
    std::string recipient;
    std::string state; // of a recipient
    std::string error; // a part of the last error
    std::uint64_t limit = 0;
    bool is_empty() const noexcept {
        return id == 0 && destination.empty() && sender.empty() && recipient.empty() &&
               state.empty() && error.empty();
    }
};

/// The making of domains, step by step.
struct provisioning_operations {
    std::function<result<json>(const std::string& domain, const edits& attributes)> plan;
    std::function<result<json>(const std::string& domain, bool repair)> check;
    std::function<result<void>(const row_sink& rows)> list;
    std::function<result<json>(const std::string& domain)> approve;
    std::function<result<void>(const std::string& domain)> reject;
    std::function<result<json>(const std::string& domain)> token;
};

struct queue_operations {
    std::function<result<void>(const queue_filter& which, const row_sink& rows)> list;
    std::function<result<void>(const row_sink& rows)> destinations;
    /// "retry", "hold", "release", "delete", "return" or "redirect" (to `target`); how many
    /// messages changed.
    std::function<result<json>(const std::string& action, const queue_filter& which,
                               const std::string& target)>
        change;
    std::function<result<json>(std::uint64_t id)> show;
    /// The bytes of the message, in order.
    std::function<result<void>(std::uint64_t id,
                               const std::function<bool(std::string_view)>& piece)>
        content;
};

struct sources {
    std::function<result<json>()> status;
    std::function<result<void>(const row_sink& rows)> plugins;
    entry_operations domains;
    provisioning_operations provisioning;
    entry_operations users;
    std::function<result<void>(const std::string& account, std::string_view password)> set_password;
    entry_operations groups;
    /// A member joins (edit::kind::add) or leaves.
    std::function<result<json>(const std::string& group, const std::string& member, edit::kind how)>
        change_member;
    std::function<result<json>(const std::string& domain, const std::string& account,
                               edit::kind how)>
        change_administrator;
    std::function<result<void>(const std::string& account, const row_sink& rows)>
        mailboxes; // empty: all
    queue_operations queue;
    std::function<result<json>(const std::string& address)> route;
    std::function<result<void>(std::uint64_t message, const row_sink& rows)> trace;
    std::function<result<json>()> reload;
    /// "full", "incremental" or "sweep"; empty domain: everything. Rows tell the progress.
    std::function<result<void>(const std::string& kind, const std::string& domain,
                               const row_sink& rows)>
        synchronise;
    std::function<result<json>()> stop; // returns at once
};

} // namespace waypost::kernel::control
