// SPDX-License-Identifier: Apache-2.0
#include "provisioning/dns.hpp"

#include "provisioning/record_data.hpp"

#include <waypost/errors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace waypost::kernel::provisioning {
namespace {

error failed(const updater& by, wp_status status, const wp_error& why) {
    return {status, fmt::format("{}: {}", by.name, why.text[0] != '\0' ? why.text : "no reason")};
}

wp_dns_change change_of(std::int32_t kind, const dns_record& one) {
    return {sizeof(wp_dns_change),
            kind,
            {sizeof(wp_record), one.ttl_seconds, to_abi(one.owner), to_abi(one.type),
             to_abi(one.data)}};
}

result<void> apply(const zone_place& at, const std::string& key,
                   const std::vector<wp_dns_change>& changes) {
    auto why = empty_error();
    const auto status = at.by->table->apply(at.by->self, to_abi(at.zone), to_abi(key),
                                            changes.data(), changes.size(), &why);
    return status == WP_OK ? result<void>() : failed(*at.by, status, why);
}

} // namespace

std::vector<set_report> sets_of(const std::vector<dns_record>& wanted) {
    std::vector<set_report> out;
    for (const auto& one : wanted) {
        auto set = std::find_if(out.begin(), out.end(), [&](const auto& known) {
            return known.owner == one.owner && known.type == one.type;
        });
        if (set == out.end())
            set = out.insert(out.end(), set_report{one.owner, one.type, {}, {}, {}});
        set->wanted.push_back(one);
    }
    return out;
}

result<std::optional<zone_place>> dns_part::place_of(const std::string& name) const {
    for (const auto& by : updaters_) {
        auto why = empty_error();
        wp_str zone{};
        const auto status = by.table->zone_of(by.self, to_abi(name), &zone, &why);
        if (status != WP_OK && status != WP_NOT_FOUND)
            return failed(by, status, why);
        if (status == WP_OK && zone.size > 0)
            return std::optional<zone_place>({&by, std::string(view(zone))});
    }
    return std::optional<zone_place>();
}

result<std::optional<zone_place>> dns_part::create_zone(const std::string& name) const {
    for (const auto& by : updaters_) {
        if ((by.table->abilities & WP_DNS_ZONE_CREATE) == 0)
            continue;
        auto why = empty_error();
        const auto status = by.table->create_zone(by.self, to_abi(name), &why);
        if (status == WP_DENIED || status == WP_EXISTS)
            continue; // not below what it may make, or not its own
        if (status != WP_OK)
            return failed(by, status, why);
        return place_of(name);
    }
    return std::optional<zone_place>();
}

result<void> dns_part::remove_zone(const std::string& name) const {
    for (const auto& by : updaters_) {
        const bool has_it = by.table->struct_size > offsetof(wp_dns, remove_zone);
        if (!has_it || by.table->remove_zone == nullptr)
            continue;
        auto why = empty_error();
        const auto status = by.table->remove_zone(by.self, to_abi(name), &why);
        return status == WP_OK || status == WP_CONFLICT ? result<void>() : failed(by, status, why);
    }
    return {};
}

result<std::vector<dns_record>> dns_part::read(const zone_place& at, const std::string& owner,
                                               const std::string& type) const {
    std::vector<wp_record> rows(8);
    std::uint64_t count = rows.size();
    for (;;) {
        for (auto& row : rows)
            row.struct_size = sizeof(wp_record);
        auto why = empty_error();
        count = rows.size();
        const auto status = at.by->table->read(at.by->self, to_abi(at.zone), to_abi(owner),
                                               to_abi(type), rows.data(), &count, &why);
        if (status == WP_NOT_FOUND)
            return std::vector<dns_record>();
        if (status != WP_OK)
            return failed(*at.by, status, why);
        if (count <= rows.size())
            break;
        rows.resize(count);
    }
    std::vector<dns_record> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back({owner, type, std::string(view(rows[i].data)), rows[i].ttl_seconds});
    return out;
}

result<bool> dns_part::is_synthesised(const zone_place& at, const set_report& set) const {
    for (auto dot = set.owner.find('.'); dot != std::string::npos;
         dot = set.owner.find('.', dot + 1)) {
        const auto above = set.owner.substr(dot + 1);
        if (above.size() < at.zone.size())
            return false;
        const auto wild = read(at, "*." + above, set.type);
        if (!wild)
            return wild.failure();
        for (const auto& one : *wild)
            if (!set.present.empty() && same_data(set.type, one.data, set.present.front()))
                return true;
    }
    return false;
}

result<std::vector<set_report>> dns_part::look(const zone_place& at,
                                               const std::vector<dns_record>& wanted) const {
    auto out = sets_of(wanted);
    for (auto& set : out) {
        auto present = read(at, set.owner, set.type);
        if (!present)
            return present.failure();
        if (present->empty())
            continue;
        const bool all = std::all_of(set.wanted.begin(), set.wanted.end(), [&](const auto& want) {
            return std::any_of(present->begin(), present->end(), [&](const auto& there) {
                return same_data(set.type, want.data, there.data);
            });
        });
        set.found = all && present->size() == set.wanted.size() ? set_report::finding::right
                                                                : set_report::finding::other;
        for (const auto& there : *present)
            set.present.push_back(there.data);
        const auto wild = is_synthesised(at, set);
        if (!wild)
            return wild.failure();
        if (*wild)
            set.found = set.found == set_report::finding::right ? set_report::finding::wildcard
                                                                : set_report::finding::absent;
    }
    return out;
}

result<void> dns_part::publish(const zone_place& at, const std::string& key,
                               const std::vector<set_report>& absent) const {
    std::vector<dns_record> bare; // owner and type of the requirements
    bare.reserve(absent.size());
    for (const auto& set : absent)
        bare.push_back({set.owner, set.type, {}, 0});
    std::vector<wp_dns_change> changes;
    changes.reserve(bare.size() * 2);
    for (const auto& set : bare)
        changes.push_back(change_of(WP_DNS_REQUIRE_ABSENT, set));
    for (const auto& set : absent)
        for (const auto& one : set.wanted)
            changes.push_back(change_of(WP_DNS_ADD, one));
    return changes.empty() ? result<void>() : apply(at, key, changes);
}

result<void> dns_part::withdraw(const zone_place& at, const std::string& key,
                                const std::vector<dns_record>& records) const {
    std::vector<wp_dns_change> changes;
    changes.reserve(records.size());
    for (const auto& one : records)
        changes.push_back(change_of(WP_DNS_REMOVE, one));
    return changes.empty() ? result<void>() : apply(at, key, changes);
}

} // namespace waypost::kernel::provisioning
