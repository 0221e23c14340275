// SPDX-License-Identifier: Apache-2.0
// Does a zone already say what a batch of changes would make of it? A batch that comes a second
// time finds its requirements violated by its own first run. Pure, thread-safe.
#pragma once

#include "request.hpp"

namespace waypost::dns {

/// The records of one owner and type now in the zone.
struct record_set {
    std::string owner;
    std::string type;
    ldns_ptr<ldns_rr_list> now;
};

/// The set is what the changes to that owner and type would leave. Where they require a state or
/// remove the whole set, it must hold these records and no others.
result<bool> already_so(const record_set& set, const std::vector<change>& changes);

} // namespace waypost::dns
