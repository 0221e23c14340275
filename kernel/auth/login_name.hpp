// SPDX-License-Identifier: Apache-2.0
// Which account a login name means: user@domain, a compound uid by the domain's separator, or a
// bare uid in the default domain, which the host name that the client asked for may give (R4.6,
// R9.5).
#pragma once

#include "directory/reader.hpp"

#include <string>
#include <string_view>

namespace waypost::kernel::auth {

struct login_name {
    std::string user;   ///< folded
    std::string domain; ///< canonical and folded; empty: not one of ours
};

/// Looks at `in` for domains only.
login_name read_login_name(const directory::reader& in, std::string_view name,
                           std::string_view host_name, std::string_view default_domain);

} // namespace waypost::kernel::auth
