// SPDX-License-Identifier: Apache-2.0
// Calls in the name of an account: which call is which wish; directory/delegation.hpp decides.
#include "control/handlers/arguments.hpp"
#include "daemon/control_sources.hpp"
#include "directory/delegation.hpp"

#include <map>

namespace waypost::kernel::daemon {
namespace {

using control::json;
using directory::action;
using directory::subject;
using directory::wish;

struct meaning {
    subject what;
    action how;
    const char* key; ///< argument that names it
};

const meaning* meaning_of(const std::string& call) {
    static const std::map<std::string, meaning> known = {
        {"domain.list", {subject::domain, action::list, ""}},
        {"domain.show", {subject::domain, action::show, "domain"}},
        {"domain.set", {subject::domain, action::set, "domain"}},
        {"user.list", {subject::user, action::list, "domain"}},
        {"user.show", {subject::user, action::show, "user"}},
        {"user.add", {subject::user, action::add, "user"}},
        {"user.set", {subject::user, action::set, "user"}},
        {"user.remove", {subject::user, action::remove, "user"}},
        {"user.passwd", {subject::user, action::password, "user"}},
        {"group.list", {subject::group, action::list, "domain"}},
        {"group.show", {subject::group, action::show, "group"}},
        {"group.add", {subject::group, action::add, "group"}},
        {"group.set", {subject::group, action::set, "group"}},
        {"group.remove", {subject::group, action::remove, "group"}},
        {"group.join", {subject::group, action::set, "group"}},
        {"group.leave", {subject::group, action::set, "group"}},
    };
    const auto found = known.find(call);
    return found == known.end() ? nullptr : &found->second;
}

result<wish> wish_of(const directory::admin& admin, const meaning& from, const std::string& call,
                     const json& args) {
    auto name = control::optional_text(args, from.key);
    auto edits = control::edits_argument(args);
    if (!name || !edits) {
        return !name ? name.failure() : edits.failure();
    }
    wish out{from.what, from.how, *std::move(name), changes_of(*edits)};
    if (call == "group.join" || call == "group.leave") {
        auto member = control::text_argument(args, "member");
        if (!member) {
            return member.failure();
        }
        out.changes = {admin.member_change(*member, directory::attribute_change::kind::add)};
    }
    return out;
}

} // namespace

control::delegate_rules rules_of(const directory::delegation& by, const directory::admin& admin) {
    return [&](const std::string& account, const std::string& call,
               const json& args) -> result<control::row_filter> {
        const auto* known = meaning_of(call);
        if (known == nullptr) {
            return error{WP_DENIED, account + " may not do this; it is the operator's"};
        }
        auto who = by.find(account);
        auto wanted = wish_of(admin, *known, call, args);
        if (!who || !wanted) {
            return !who ? who.failure() : wanted.failure();
        }
        if (auto allowed = by.allows(*who, *wanted); !allowed) {
            return allowed.failure();
        }
        return control::row_filter([&by, known, who = *std::move(who)](const json& row) {
            const char* key = known->what == subject::domain ? "domain"
                              : known->what == subject::user ? "user"
                                                             : "group";
            return static_cast<bool>(
                by.allows(who, {known->what, action::show, row.value(key, std::string()), {}}));
        });
    };
}

} // namespace waypost::kernel::daemon
