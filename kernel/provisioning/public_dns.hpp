// SPDX-License-Identifier: Apache-2.0
// What everybody sees in DNS, for zones that we may not change: asked by the resolver of this site.
#pragma once

#include "provisioning/dns.hpp"

namespace waypost::kernel::provisioning {

/// The data of all records of a name and type; none is an empty list. A bogus answer (DNSSEC), or
/// none in time, is an error; WP_UNSUPPORTED: there is no resolver. Blocks.
using public_lookup = std::function<result<std::vector<std::string>>(const std::string& name,
                                                                     const std::string& type)>;

/// Records are `right` when all wanted ones are there, whatever else there is.
result<std::vector<set_report>> look_in_public(const public_lookup& ask,
                                               const std::vector<dns_record>& wanted);

} // namespace waypost::kernel::provisioning
