// SPDX-License-Identifier: Apache-2.0
// domain list|show|set, user and group, admin: writes to the directory
#include "daemon/control_sources.hpp"

namespace waypost::kernel::daemon {

using control::edits;
using control::json;
using control::row_sink;
using directory::attribute_change;

namespace {

attribute_change::kind kind_of(control::edit::kind how) {
    return how == control::edit::kind::add      ? attribute_change::kind::add
           : how == control::edit::kind::remove ? attribute_change::kind::remove
                                                : attribute_change::kind::replace;
}

} // namespace

std::vector<attribute_change> changes_of(const edits& from) {
    std::vector<attribute_change> made;
    for (const auto& one : from) {
        made.push_back({kind_of(one.what), one.name, one.values});
    }
    return made;
}

namespace {

result<json> answer(const result<directory::written>& done) {
    if (!done) {
        return done.failure();
    }
    return json{{"dn", done->dn}, {"entries", done->entries}};
}

/// Adding is idempotent in the directory; an operator who adds what is there is told so.
result<json> added(const result<directory::written>& done, const std::string& name) {
    if (done && done->entries == 0) {
        return error{WP_EXISTS, name + " exists already; `show` prints it, `set` changes it"};
    }
    return answer(done);
}

json attributes_of(const std::vector<directory::attribute_values>& from) {
    json made = json::object();
    for (const auto& one : from) {
        made[one.name] = one.values;
    }
    return made;
}

json domain_row(const directory::domain_details& one) {
    return {{"domain", one.name},
            {"state", one.state},
            {"alias_of", one.alias_of},
            {"base_dn", one.base_dn}};
}

json user_row(const directory::user_details& one) {
    return {{"user", one.account},
            {"mail", one.mail},
            {"state", one.state},
            {"quota", one.quota_bytes < 0 ? json() : json(one.quota_bytes)},
            {"dn", one.dn}};
}

void connect_domains(control::entry_operations& calls, directory::admin& admin) {
    calls.list = [&admin](const std::string&, const row_sink& rows) -> result<void> {
        admin.list_domains([&rows](const auto& one) { return rows(domain_row(one)); });
        return {};
    };
    calls.show = [&admin](const std::string& name) -> result<json> {
        auto found = admin.show_domain(name);
        if (!found) {
            return found.failure();
        }
        json row = domain_row(*found);
        row["entries"] = found->node_dns;
        row["attributes"] = attributes_of(found->attributes);
        return row;
    };
    calls.set = [&admin](const std::string& name, const edits& changes) {
        return answer(admin.set_domain(name, changes_of(changes)));
    };
}

void connect_users(control::sources& to, directory::admin& admin) {
    auto& calls = to.users;
    calls.add = [&admin](const std::string& name, const edits& more, std::string_view password) {
        return added(admin.add_user(name, password, changes_of(more)), name);
    };
    calls.list = [&admin](const std::string& domain, const row_sink& rows) {
        return admin.list_users(domain, [&rows](const auto& one) { return rows(user_row(one)); });
    };
    calls.show = [&admin](const std::string& name) -> result<json> {
        auto found = admin.show_user(name);
        if (!found) {
            return found.failure();
        }
        json row = user_row(*found);
        row["attributes"] = attributes_of(found->attributes);
        return row;
    };
    calls.set = [&admin](const std::string& name, const edits& changes) {
        return answer(admin.set_user(name, changes_of(changes)));
    };
    calls.remove = [&admin](const std::string& name) { return answer(admin.remove_user(name)); };
    to.set_password = [&admin](const std::string& name, std::string_view password) -> result<void> {
        auto done = admin.set_password(name, password);
        return done ? result<void>() : done.failure();
    };
}

json group_row(const directory::group_details& one) {
    return {{"group", one.address},
            {"domain", one.domain},
            {"state", one.state},
            {"members", one.members},
            {"dn", one.dn}};
}

void connect_groups(control::sources& to, directory::admin& admin) {
    auto& calls = to.groups;
    calls.add = [&admin](const std::string& name, const edits& more, std::string_view) {
        return added(admin.add_group(name, changes_of(more)), name);
    };
    calls.list = [&admin](const std::string& domain, const row_sink& rows) {
        return admin.list_groups(domain, [&rows](const auto& one) { return rows(group_row(one)); });
    };
    calls.show = [&admin](const std::string& name) -> result<json> {
        auto found = admin.show_group(name);
        if (!found) {
            return found.failure();
        }
        json row = group_row(*found);
        row["attributes"] = attributes_of(found->attributes);
        return row;
    };
    calls.set = [&admin](const std::string& name, const edits& changes) {
        return answer(admin.set_group(name, changes_of(changes)));
    };
    calls.remove = [&admin](const std::string& name) { return answer(admin.remove_group(name)); };
    to.change_member = [&admin](const std::string& group, const std::string& member,
                                control::edit::kind how) {
        return answer(admin.set_group(group, {admin.member_change(member, kind_of(how))}));
    };
    to.change_administrator = [&admin](const std::string& domain, const std::string& account,
                                       control::edit::kind how) {
        return answer(admin.change_administrator(domain, account, kind_of(how)));
    };
}

} // namespace

void connect_entries(control::sources& calls, directory::admin& admin) {
    connect_domains(calls.domains, admin);
    connect_users(calls, admin);
    connect_groups(calls, admin);
}

} // namespace waypost::kernel::daemon
