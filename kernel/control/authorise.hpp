// SPDX-License-Identifier: Apache-2.0
// Who may do what over the control socket: the one place that decides. Today a caller is known by
// the credentials of its process (SO_PEERCRED): root and the service's own user have every right,
// nobody else has any. Callers known by a token of their own, with fewer rights, come in here.
#pragma once

#include <waypost/result.hpp>

#include <sys/types.h>

#include <string_view>

namespace waypost::kernel::control {

enum class right {
    read_status,
    manage_domains,
    manage_users,
    read_mailboxes, // names and sizes, not the mail
    read_queue,
    manage_queue, // envelopes
    read_message, // the content of a queued message
    read_routes,
    synchronise,
    manage_process, // reload, stop
};
std::string_view name_of(right which) noexcept;

struct caller {
    uid_t user = static_cast<uid_t>(-1);
    gid_t group = static_cast<gid_t>(-1);
    pid_t process = 0;
};

/// WP_DENIED with a text that says who may.
result<void> authorise(const caller& who, uid_t service_user, right wanted);

} // namespace waypost::kernel::control
