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

/// Domains, and users, have the same five operations. A name is "example.com" or "ann@example.com".
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

struct queue_operations {
    std::function<result<void>(const row_sink& rows)> list;
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
    entry_operations users;
    std::function<result<void>(const std::string& account, std::string_view password)> set_password;
    std::function<result<void>(const std::string& account, const row_sink& rows)>
        mailboxes; // empty: all
    queue_operations queue;
    std::function<result<json>(const std::string& address)> route;
    std::function<result<json>()> reload;
    std::function<result<json>()> synchronise;
    std::function<result<json>()> stop; // returns at once
};

} // namespace waypost::kernel::control
