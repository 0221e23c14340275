// SPDX-License-Identifier: Apache-2.0
// Who may send to a group: mgrpAllowedBroadcaster, mgrpAllowedDomain and their opposites,
// mgrpBroadcasterPolicy, mgrpModerator.
#pragma once

#include "directory/reader.hpp"

namespace waypost::kernel::routing {

enum class posting { allowed, to_moderators, refused };

/// `sender` is the envelope's; empty: the null sender. Moderators may always send.
posting may_post(const directory::reader& in, const directory::entry_view& group,
                 std::string_view sender, bool is_authenticated);

} // namespace waypost::kernel::routing
