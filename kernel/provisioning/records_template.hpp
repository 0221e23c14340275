// SPDX-License-Identifier: Apache-2.0
// The DNS records that a new domain gets, as the operator writes them: "OWNER TYPE DATA", where the
// owner is "@" or a name below the domain, and {domain} and {hostname} are replaced. Pure.
#pragma once

#include "provisioning/record.hpp"

namespace waypost::kernel::provisioning {

struct record_template {
    std::string owner, type, data;
};

/// WP_INVALID with the line that is not one.
result<record_template> parse_template(std::string_view line);

/// Of one domain. A name that would be an alias of itself is left out.
std::vector<dns_record> expand(const std::vector<record_template>& templates,
                               std::string_view domain, std::string_view hostname,
                               std::uint32_t ttl_seconds);

} // namespace waypost::kernel::provisioning
