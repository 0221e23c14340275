// SPDX-License-Identifier: Apache-2.0
#include "control/authorise.hpp"

#include <fmt/format.h>

namespace waypost::kernel::control {

std::string_view name_of(right which) noexcept {
    switch (which) {
    case right::read_status:
        return "read-status";
    case right::manage_domains:
        return "manage-domains";
    case right::manage_users:
        return "manage-users";
    case right::read_mailboxes:
        return "read-mailboxes";
    case right::read_queue:
        return "read-queue";
    case right::manage_queue:
        return "manage-queue";
    case right::read_message:
        return "read-message";
    case right::read_routes:
        return "read-routes";
    case right::synchronise:
        return "synchronise";
    case right::manage_process:
        return "manage-process";
    }
    return "unknown";
}

result<void> authorise(const caller& who, uid_t service_user, right wanted) {
    if (who.user == 0 || who.user == service_user) {
        return {};
    }
    return error{WP_DENIED,
                 fmt::format("user id {} has no right {}; call as root or as the service's user",
                             who.user, name_of(wanted))};
}

} // namespace waypost::kernel::control
