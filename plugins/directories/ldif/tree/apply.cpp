// SPDX-License-Identifier: Apache-2.0
// Changes with LDAP's semantics; see apply.hpp.
#include "tree/apply.hpp"

#include "password.hpp"
#include "tree/values.hpp"

#include <waypost/ascii.hpp>
#include <waypost/dn.hpp>

#include <algorithm>
#include <unordered_set>

namespace waypost::ldif {
namespace {

error failure(wp_status status, std::string_view what, std::string_view on) {
    return {status, std::string(what) + " '" + std::string(on) + "'"};
}

result<void> add(const record& change, const bases& owned, workspace& to) {
    auto made = entry::make(change.dn, {}, change.values);
    if (!made)
        return made.failure();
    if (auto ok = check_new(made->normalised(), owned, to); !ok)
        return ok;
    if (made->values("objectclass").empty())
        return failure(WP_INVALID, "objectClassViolation: no objectClass in", change.dn);
    to.put(std::move(*made));
    return {};
}

result<void> add_values(const modification& one, std::vector<named_value>& values) {
    std::unordered_set<std::string> there;
    for (const auto& [name, value] : values)
        if (equal_folded(name, one.name))
            there.insert(value_key(name, value));
    for (const auto& value : one.values) {
        if (!there.insert(value_key(one.name, value)).second)
            return failure(WP_EXISTS, "attributeOrValueExists: a value is there already in",
                           one.name);
        values.push_back({one.name, value});
    }
    return {};
}

// A client that changes a password deletes the old one in clear text; here lies its hash.
bool is_password_of(const modification& one, const std::string& given, const std::string& stored) {
    return equal_folded(base_name(one.name), "userpassword") && !is_hashed(given) &&
           verify_password(stored, given, true) == WP_OK;
}

result<void> remove_values(const modification& one, std::vector<named_value>& values) {
    std::unordered_set<std::string> wanted;
    for (const auto& value : one.values)
        wanted.insert(value_key(one.name, value));
    std::size_t removed = 0;
    std::erase_if(values, [&](const named_value& at) {
        if (!equal_folded(at.name, one.name))
            return false;
        const bool gone =
            one.values.empty() || wanted.contains(value_key(at.name, at.value)) ||
            std::any_of(one.values.begin(), one.values.end(), [&](const std::string& given) {
                return is_password_of(one, given, at.value);
            });
        removed += gone;
        return gone;
    });
    const auto expected = one.values.empty() ? std::size_t{1} : wanted.size();
    if (removed < expected)
        return failure(WP_NOT_FOUND, "noSuchAttribute: no such value or attribute", one.name);
    return {};
}

result<void> replace_values(const modification& one, std::vector<named_value>& values) {
    std::erase_if(values, [&](const named_value& at) { return equal_folded(at.name, one.name); });
    return add_values(one, values);
}

result<void> modify(const record& change, std::string_view normalised, workspace& to) {
    const auto* old = to.find(normalised);
    if (!old)
        return failure(WP_NOT_FOUND, "noSuchObject: there is no", change.dn);
    auto values = old->all();
    for (const auto& one : change.modifications) {
        auto ok = one.kind == mod_kind::add      ? add_values(one, values)
                  : one.kind == mod_kind::remove ? remove_values(one, values)
                                                 : replace_values(one, values);
        if (!ok)
            return error{ok.failure().status, ok.failure().text + " of '" + change.dn + "'"};
    }
    const auto count = values.size();
    auto made = entry::make(old->dn(), old->comment(), std::move(values));
    if (!made)
        return made.failure();
    if (made->all().size() != count) // make() put a naming value back
        return failure(WP_INVALID, "notAllowedOnRDN: the value is part of the name", change.dn);
    if (made->values("objectclass").empty() && !old->values("objectclass").empty())
        return failure(WP_INVALID, "objectClassViolation: no objectClass left in", change.dn);
    to.put(std::move(*made));
    return {};
}

result<void> remove(const record& change, std::string_view normalised, workspace& to) {
    if (!to.find(normalised))
        return failure(WP_NOT_FOUND, "noSuchObject: there is no", change.dn);
    if (to.has_children(normalised))
        return failure(WP_CONFLICT, "notAllowedOnNonLeaf: there are entries below", change.dn);
    to.erase(normalised);
    return {};
}

} // namespace

bool is_owned(std::string_view normalised, const bases& owned) {
    return std::any_of(owned.begin(), owned.end(),
                       [&](const std::string& base) { return is_within(normalised, base); });
}

result<void> check_new(std::string_view normalised, const bases& owned, const workspace& in) {
    if (!is_owned(normalised, owned))
        return failure(WP_INVALID,
                       "noSuchObject: not below a base of this directory (key bases):", normalised);
    if (in.find(normalised))
        return failure(WP_EXISTS, "entryAlreadyExists:", normalised);
    const bool is_base = std::find(owned.begin(), owned.end(), normalised) != owned.end();
    const auto parent = parent_dn(normalised);
    if (is_base || parent.empty() || in.find(parent))
        return {};
    // The top of a tree needs no parent: nothing above it is in this directory.
    for (auto above = parent_dn(parent); !above.empty(); above = parent_dn(above))
        if (in.find(above))
            return failure(WP_NOT_FOUND, "noSuchObject: the parent does not exist:", parent);
    return {};
}

result<void> apply(const record& change, const bases& owned, workspace& to) {
    if (change.kind == record_kind::add || change.kind == record_kind::content)
        return add(change, owned, to);
    if (change.kind == record_kind::rename)
        return apply_rename(change, owned, to);
    const auto normalised = normalise_dn(change.dn);
    if (!normalised)
        return normalised.failure();
    return change.kind == record_kind::modify ? modify(change, *normalised, to)
                                              : remove(change, *normalised, to);
}

} // namespace waypost::ldif
