// SPDX-License-Identifier: Apache-2.0
// domain add|plan|remove|check|proposals|approve|reject|token: through the state machine of new
// domains
#include "daemon/provisioning_part.hpp"
#include "directory/names.hpp"

namespace waypost::kernel::daemon {
namespace {

using control::json;
using provisioning::domain_record;
using provisioning::domain_report;
using provisioning::set_report;

result<provisioning::attribute_list> wanted_of(const control::edits& from) {
    provisioning::attribute_list out;
    for (const auto& one : from) {
        if (one.what == control::edit::kind::remove) {
            return error{WP_INVALID, "a new domain has no attributes to remove"};
        }
        out.emplace_back(one.name, one.values);
    }
    return out;
}

json record_of(const provisioning::dns_record& one) {
    return {{"owner", one.owner}, {"type", one.type}, {"data", one.data}, {"ttl", one.ttl_seconds}};
}

json records_of(const std::vector<provisioning::dns_record>& all) {
    json out = json::array();
    for (const auto& one : all) {
        out.push_back(record_of(one));
    }
    return out;
}

json json_of(const domain_record& one) {
    return {{"domain", one.domain},
            {"state", name_of(one.state)},
            {"origin", name_of(one.from)},
            {"asked_by", one.asked_by},
            {"problem", one.problem},
            {"entries", one.entries},
            {"records", records_of(one.records)},
            {"to_publish", records_of(one.to_publish)}};
}

std::string_view word_of(set_report::finding found) {
    switch (found) {
    case set_report::finding::absent:
        return "absent";
    case set_report::finding::right:
    case set_report::finding::wildcard:
        return "right";
    case set_report::finding::other:
        break;
    }
    return "other";
}

json json_of(const domain_report& one) {
    json sets = json::array();
    bool drift = false;
    for (const auto& set : one.sets) {
        drift = drift || word_of(set.found) != "right";
        sets.push_back({{"owner", set.owner},
                        {"type", set.type},
                        {"wanted", records_of(set.wanted)},
                        {"found", word_of(set.found)},
                        {"present", set.present}});
    }
    return {{"domain", one.record.domain},
            {"record", json_of(one.record)},
            {"zone", one.zone},
            {"new_entries", one.new_entries},
            {"sets", std::move(sets)},
            {"in_tables", one.in_tables},
            {"drift", drift}};
}

result<json> answer(const result<domain_record>& made) {
    return made ? result<json>(json_of(*made)) : made.failure();
}

result<json> answer(const result<domain_report>& made) {
    return made ? result<json>(json_of(*made)) : made.failure();
}

} // namespace

void connect_provisioning(control::sources& calls, provisioning::provisioner& maker,
                          const provisioning::proof& tokens) {
    calls.domains.add = [&maker](const std::string& name, const control::edits& more,
                                 std::string_view) -> result<json> {
        const auto wanted = wanted_of(more);
        return wanted ? answer(maker.add(name, *wanted, provisioning::origin::command, {}))
                      : wanted.failure();
    };
    calls.domains.remove = [&maker](const std::string& name) -> result<json> {
        auto gone = maker.remove(name);
        return gone ? result<json>(json{{"dn", gone->dn}, {"entries", gone->entries}})
                    : gone.failure();
    };
    auto& to = calls.provisioning;
    to.plan = [&maker](const std::string& name, const control::edits& more) -> result<json> {
        const auto wanted = wanted_of(more);
        return wanted ? answer(maker.plan(name, *wanted)) : wanted.failure();
    };
    to.check = [&maker](const std::string& name, bool repair) {
        return answer(maker.check(name, repair));
    };
    to.list = [&maker](const control::row_sink& rows) -> result<void> {
        auto all = maker.all();
        if (!all) {
            return all.failure();
        }
        for (const auto& one : *all) {
            if (!rows(json_of(one))) {
                break;
            }
        }
        return {};
    };
    to.approve = [&maker](const std::string& name) { return answer(maker.approve(name)); };
    to.token = [&tokens](const std::string& domain) -> result<json> {
        const auto name = directory::check_domain_name(domain);
        if (!name) {
            return name.failure();
        }
        return json{{"name", provisioning::challenge_name(*name)}, {"token", tokens.token(*name)}};
    };
    to.reject = [&maker](const std::string& name) { return maker.reject(name); };
}

} // namespace waypost::kernel::daemon
