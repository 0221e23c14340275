// SPDX-License-Identifier: Apache-2.0
#include "outcome.hpp"

namespace waypost::dns {
namespace {

using records = std::vector<ldns_ptr<ldns_rr>>;

// RFC 4034 s6.2: names in the data are compared without case (PowerDNS folds them).
void add(records& to, ldns_ptr<ldns_rr> one) {
    ldns_rr2canonical(one.get());
    ldns_rr_set_ttl(one.get(), 0);
    to.push_back(std::move(one));
}

bool has(const records& all, const ldns_rr* one) {
    for (const auto& other : all)
        if (ldns_rr_compare(other.get(), one) == 0)
            return true;
    return false;
}

void drop(records& from, const ldns_rr* one) {
    std::erase_if(from, [&](const auto& other) { return ldns_rr_compare(other.get(), one) == 0; });
}

} // namespace

result<bool> already_so(const record_set& set, const std::vector<change>& changes) {
    records wanted;
    records unwanted;
    bool exact = false;
    for (const auto& one : changes) {
        if (one.what.owner != set.owner || one.what.type != set.type)
            continue;
        if (one.kind == WP_DNS_REQUIRE_ABSENT || one.what.data.empty()) {
            exact = exact || one.kind != WP_DNS_REQUIRE;
            if (one.kind == WP_DNS_REMOVE)
                wanted.clear();
            continue;
        }
        auto read = parsed(one.what);
        if (!read)
            return read.failure();
        exact = exact || one.kind == WP_DNS_REQUIRE;
        records single;
        add(single, *std::move(read));
        auto& list = one.kind == WP_DNS_REMOVE ? unwanted : wanted;
        drop(one.kind == WP_DNS_REMOVE ? wanted : unwanted, single.front().get());
        if (!has(list, single.front().get()))
            list.push_back(std::move(single.front()));
    }
    records now;
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(set.now.get()); ++i)
        add(now, ldns_ptr<ldns_rr>(ldns_rr_clone(ldns_rr_list_rr(set.now.get(), i))));
    for (const auto& one : wanted)
        if (!has(now, one.get()))
            return false;
    for (const auto& one : unwanted)
        if (has(now, one.get()))
            return false;
    return !exact || now.size() == wanted.size();
}

} // namespace waypost::dns
