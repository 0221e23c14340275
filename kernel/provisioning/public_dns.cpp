// SPDX-License-Identifier: Apache-2.0
#include "provisioning/public_dns.hpp"

#include "provisioning/record_data.hpp"

#include <algorithm>

namespace waypost::kernel::provisioning {

result<std::vector<set_report>> look_in_public(const public_lookup& ask,
                                               const std::vector<dns_record>& wanted) {
    auto out = sets_of(wanted);
    for (auto& set : out) {
        auto present = ask(set.owner, set.type);
        if (!present)
            return present.failure();
        set.present = *std::move(present);
        const auto is_there = [&](const dns_record& want) {
            return std::any_of(set.present.begin(), set.present.end(), [&](const auto& there) {
                return same_data(set.type, want.data, there);
            });
        };
        const bool all = std::all_of(set.wanted.begin(), set.wanted.end(), is_there);
        set.found = all                   ? set_report::finding::right
                    : set.present.empty() ? set_report::finding::absent
                                          : set_report::finding::other;
    }
    return out;
}

} // namespace waypost::kernel::provisioning
